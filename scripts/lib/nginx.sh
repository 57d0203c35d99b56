# shellcheck shell=sh
# usage: . scripts/lib/nginx.sh, after common.sh, with REPO and, where the programs are
# installed, PREFIX set
# Filling in the templates of conf/nginx.

# nginx_render TEMPLATE NAME=VALUE...: every @NAME@ of the template gets its value.
nginx_render() {
	template=$REPO/conf/nginx/$1.conf.in
	shift
	script=
	for pair in "$@"; do
		value=$(printf %s "${pair#*=}" | sed 's/[\\&|]/\\&/g')
		script="$script;s|@${pair%%=*}@|$value|g"
	done
	sed "${script#;}" "$template"
}

# setting_places: a script for sed that puts settings in their places, {section.key}.
# control is samovarctl with the settings in force.
setting_places() {
	control conf | sed -n 's/^\([a-z0-9_.]*\) = \([A-Za-z0-9._~-]*\)  # .*/s|{\1}|\2|g/p'
}

# nginx_faces: of each face that nginx hands requests over to, a line: areas, divided by
# |; largest body; whose errors; the file of these; the face's own location.conf, or
# /dev/null. FACES has tables beside faces.def.
nginx_faces() {
	places=$(setting_places)
	# shellcheck disable=SC2086 # a list of files
	for table in ${FACES:-} "$REPO/fcgi/faces.def"; do
		sed -n 's/^FACE(\([a-z]*\), *"[^"]*", *"\([^"]*\)", *"\([^"]*\)", *"\([^"]*\)").*/\2;\3;\4;\1/p' "$table" |
			sed -e '/^;/d' -e "$places" -e 's/ /|/g' -e 's/;/ /g' -e "s|\$| ${table%/*}|" |
			while read -r areas body errors name folder; do
				own=$folder/$name/location.conf
				[ -e "$own" ] || own=/dev/null
				echo "$areas $body $errors $folder/$errors/errors.conf $own"
			done
	done
}

# nginx_locations DIR: where the areas of the faces go. Bodies above 64k come when the
# program has said so.
nginx_locations() {
	nginx_faces | while read -r areas body _ _ own; do
		echo "location ~ \"^($areas)/\" {"
		sed 's/^/	/' "$own"
		if [ "$body" = 64k ]; then
			echo "	limit_req zone=api burst=400 nodelay;"
			echo "	include $1/fastcgi.conf;"
		else
			echo "	client_max_body_size $body;"
			echo "	return 419;"
		fi
		echo "}"
	done
}

# nginx_face_paths: "regex of a raw address" errors;
nginx_face_paths() {
	nginx_faces | while read -r areas _ errors _; do
		echo "\"~^($(echo "$areas" | sed 's,\([^^]\|^\)/,\1/+,g'))(/|\$)\" $errors;"
	done
}

# old_paths: paths of an older system beside those of the people's API that they stand
# for, a pair a line; none unless the setting people.old_paths is true.
old_paths() {
	control conf | grep -q '^people\.old_paths = true ' || return 0
	cat <<-END
		/auth/register /people/api/v1/register
		/auth/login /people/api/v1/auth/login
		/auth/logout /people/api/v1/auth/logout
		/auth/me /people/api/v1/me
		/images /people/api/v1/me/picture
	END
}

# nginx_old_paths DIR: where they lead, and what the programs are told was asked for.
nginx_old_paths() {
	old_paths | sed 's,^\([^ ]*\) \(.*\),location ~ ^\1/?$ { rewrite ^ \2 last; },' >"$1/old-paths.conf"
	old_paths | sed 's,^\([^ ]*\) \(.*\),"~^/*\1/?(?<old_query>$|[?].*)" "\2$old_query";,' >"$1/old-paths.map"
}

# nginx_face_files DIR: what site.conf and errors.conf include of the faces.
nginx_face_files() {
	nginx_locations "$1" >"$1/faces.conf"
	nginx_face_paths >"$1/face-paths.map"
	nginx_old_paths "$1"
	nginx_faces | cut -d ' ' -f 4 | sort -u | xargs cat >"$1/face-errors.map"
}

# city_schemes DIR: what the console's pages may send to cities by, in CSP's words. Where
# the site itself has no TLS, cities of other hosts and ports have none either.
city_schemes() {
	if [ -e "$1/tls.conf" ]; then
		echo "https: http://127.0.0.1:* http://localhost:*"
	else
		echo "https: http:"
	fi
}

# nginx_configure DIR OWNER CITIES NAME=VALUE...: writes all files into DIR. CITIES
# is a list of name:listen, or name:listen@ssl. OWNER is chown's.
nginx_configure() {
	conf=$1 owner=$2 cities=$3
	shift 3
	rm -f "$conf"/store-*.conf
	nginx_face_files "$conf"
	"$PREFIX/libexec/samovar/samovar-routes" --hashing >"$conf/hashing.map"
	set -- "AREAS=$(nginx_faces | cut -d ' ' -f 1 | paste -s -d '|')" \
		"CITY_SCHEMES=$(city_schemes "$conf")" \
		"ASKED_BODY=$(nginx_faces | cut -d ' ' -f 2 | sort -u | grep -vx 64k | sort -h | tail -n 1)" "$@"
	for template in nginx body-check errors error-pages fastcgi headers site; do
		nginx_render "$template" "CONF=$conf" "$@" >"$conf/$template.conf"
	done
	if [ -f "$REPO/conf/nginx/store.conf.in" ]; then
		# No city can have a name with a dot.
		nginx_render store-lines "$@" >"$conf/store-.lines.conf"
		for city in $cities; do
			nginx_render store "CONF=$conf" "CITY=${city%%:*}" \
				"LISTEN=$(printf %s "${city#*:}" | tr @ ' ')" "$@" \
				>"$conf/store-${city%%:*}.conf"
		done
	fi
	for optional in trusted-proxies metrics-readers; do
		[ -f "$conf/$optional.conf" ] || : >"$conf/$optional.conf"
	done
	[ "$(id -u)" -ne 0 ] || chown "$owner" "$conf" "$conf"/*.conf "$conf"/*.map
}

# nginx_size PROCESSES: PROCESSES, CONNECTIONS and NOFILE for nginx_configure. One address
# has 64,511 ports to a port of ours: together the processes have room for more, as far as
# the limit of open files lets them.
nginx_size() {
	# shellcheck disable=SC3045 # dash has it
	files=$(ulimit -H -n)
	case $files in *[!0-9]* | ??????*) files=65536 ;; esac
	[ "$files" -le 65536 ] || files=65536
	each=$((65536 / $1))
	[ "$each" -le "$files" ] || each=$files
	echo "PROCESSES=$1 CONNECTIONS=$each NOFILE=$files"
}

# site_csp WEB: what pages of the site may load, in CSP's words. Our own first page
# needs no more than its style; of somebody's app nobody knows.
site_csp() {
	if [ -e "$1/index.css" ] && [ -d "$1/telegram-form" ]; then
		echo "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	else
		echo "object-src 'none'; base-uri 'self'; frame-ancestors 'self'"
	fi
}

# nginx_proxies COMMAND...: what the setting site.real_ip_from, as samovarctl conf
# prints it through COMMAND, is in nginx's words.
nginx_proxies() {
	"$@" conf | sed -n 's/^site\.real_ip_from = \(.*\)  # .*/\1/p' | tr ' ' '\n' |
		sed -n 's/..*/set_real_ip_from &;/p'
}
