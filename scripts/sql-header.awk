# usage: awk -f scripts/sql-header.awk FILE.sql > FILE.sql.h
# Each statement of the file, headed "-- name: NAME" or "-- name: NAME : E_NONE", becomes one DB_STMT
# (src/db/db.h). E_NONE is the error that "no row" means; without it no row is E_BUG for db_one.
function flush_statement() {
	if (name == "")
		return
	sub(/;[ \t\n]*(\\n)?"?[ \t\n]*$/, "", text)
	printf "DB_STMT(%s, \"%s\", %s, %d,\n%s)\n\n", toupper(name), name, none, params, text
	name = ""
}
BEGIN { print "/* made from a .sql file by scripts/sql-header.awk */" }
/^-- name:/ {
	flush_statement()
	name = $3
	none = ($4 == ":") ? $5 : "E_BUG"
	params = 0
	text = ""
	next
}
/^[ \t]*--/ || /^[ \t]*$/ { next }
name != "" {
	line = $0
	rest = line
	while (match(rest, /\$[0-9]+/)) {
		n = substr(rest, RSTART + 1, RLENGTH - 1) + 0
		if (n > params)
			params = n
		rest = substr(rest, RSTART + RLENGTH)
	}
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	sub(/;[ \t]*$/, "", line)
	text = text "\t\"" line "\\n\"\n"
}
END { flush_statement() }
