# shellcheck shell=sh
# usage: . scripts/lib/programs.sh, after services.sh, nginx.sh and database.sh
# The four programs and nginx over one state directory.

# settings_write PORT CITY_PORT: samovar.conf anew at each start, secrets kept.
settings_write() {
	state_file samovar.conf 600 <<END
; Made by scripts/run at each start. Your own settings: scripts/run --env FILE.
[db]
host = $STATE/run
name = samovar
user = samovar

[redis]
socket = $STATE/run/redis.sock

[fcgi]
socket = $STATE/run/fcgi.sock
static_directory = $STATE/static

[site]
url = http://127.0.0.1:$1
demo = $([ "${demo:-no}" = yes ] && echo true || echo false)

[token]
secret = $(secret token 32)

[mail]
directory = $STATE/mail

[bot]
directory = $STATE/bot

[push]
directory = $STATE/push

[programme]
photo_directory = $STATE/photos

[s3]
user = samovar
password = $(secret s3 20)
bucket = storage

[store]
directory = $STATE/objects

[console]
settings_file = $STATE/console.conf

[messenger]
confirm_email = false
uploads = true
END
}

# cities CITY_PORT: name:listen of each, for nginx_configure.
cities() {
	city_port=$1
	for city in $(city_names); do
		echo "$city:127.0.0.1:$city_port"
		city_port=$((city_port + 1))
	done
}

nginx_files() {
	nginx_conf=$STATE/nginx/conf
	state_folder nginx/conf 700
	state_folder nginx/temp 700
	echo "listen 127.0.0.1:$1;" >"$nginx_conf/listen.conf"
	# On loopback anybody may say who they are: handy for trying out addresses.
	{
		echo 'set_real_ip_from 127.0.0.1;'
		nginx_proxies control
	} >"$nginx_conf/trusted-proxies.conf"
	printf 'allow 127.0.0.1;\ndeny all;\n' >"$nginx_conf/metrics-readers.conf"
	# shellcheck disable=SC2046 # a list of words
	nginx_configure "$nginx_conf" "$SERVICE:" "$(cities "$2")" \
		$(nginx_size 2) HEADER_TIME=10s PER_ADDRESS=2000 "RUN=$STATE/run" "TEMP=$STATE/nginx/temp" \
		ERROR_LOG=stderr "ACCESS_LOG=$STATE/log/access.log samovar buffer=32k flush=1s" \
		"SITE_CSP=$(site_csp "$PREFIX/share/samovar/web")" \
		"FCGI_SOCKET=$STATE/run/fcgi.sock" "OBJECTS=$STATE/objects" \
		"STATIC=$STATE/static" "PHOTOS=$STATE/photos" "WEB=$PREFIX/share/samovar/web" \
		"DOCS=$PREFIX/share/samovar/docs" "PAGES=$PREFIX/share/samovar/web"
	as_service nginx -t -q -e stderr -c "$nginx_conf/nginx.conf" \
		2>"$STATE/log/nginx.log" || {
		last_words nginx
		die "nginx does not take its configuration"
	}
}

# samovarctl with the settings of this state.
control() {
	as_service "$PREFIX/bin/samovarctl" --conf "$STATE/samovar.conf" \
		--env "$STATE/samovar.env" "$@"
}

program_start() {
	keep "$1" TERM "$PREFIX/bin/$1" --conf "$STATE/samovar.conf" \
		--env "$STATE/samovar.env"
}

# demo_seed CITY_PORT
demo_seed() {
	[ ! -e "$STATE/demo.done" ] || return 0
	control demo --cities "$(cat "$STATE/cities")" --city-port "$1" >"$STATE/log/demo.log" 2>&1 || {
		last_words demo
		die "the demo cannot be seeded"
	}
	date | state_file demo.done 644
}

# programs_start PORT CITY_PORT PARTS
programs_start() {
	for part in $3; do
		[ "$part" = web ] || program_start "samovar-$part"
	done
	case " $3 " in *" web "*) ;; *) return 0 ;; esac
	nginx_files "$1" "$2"
	program_start samovar-fcgi
	keep nginx QUIT "$PREFIX/libexec/samovar/nginx-run" -e stderr -c "$STATE/nginx/conf/nginx.conf"
	until_true 30 ready "$1" || {
		warn "http://127.0.0.1:$1/readyz says: $(curl -sS -m 5 "http://127.0.0.1:$1/readyz" 2>&1)"
		for name in samovar-fcgi nginx; do
			last_words "$name"
		done
		die "Samovar does not become ready"
	}
}

ready() {
	[ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$1/readyz")" = 200 ]
}
