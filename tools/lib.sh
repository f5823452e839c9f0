# What ./run, ./test and the tools share: steps that show their progress, Debian packages, the web app, the Meson builds.
# Sourced by bash after `cd` to the checkout; sets no options and starts nothing by itself. Every function returns non-zero
# when its work was not done, having said why. Not here: what is built and tested, which ./run and ./test say themselves.

LOGS=build/logs
STEP_TAIL_LINES=40
STEP_POLL_S=0.2
STEP_TELL_S=20          # without a terminal a long step says every so many seconds that it is still there

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

now_ms() { local t=${EPOCHREALTIME/[.,]/}; printf '%s' "${t%???}"; }
seconds() { printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# The last line of a growing log, short enough to stand behind a step's name.
log_glance() {
	tail -c 400 "$1" 2>/dev/null | tr '\r' '\n' | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | tr -cd '\n\t\40-\176' |
		grep -v '^[[:space:]]*$' | tail -n 1 | cut -c 1-70
}

# Everything below one process, itself last, wherever its children moved their group.
kill_tree() {
	local child
	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do kill_tree "$child" "${2:-TERM}"; done
	kill -"${2:-TERM}" "$1" 2>/dev/null || true
}

STEP_PID=
STEP_MS=0
# step NAME LIMIT_S COMMAND...: runs it with its output in a log; tells what goes on when it takes over a second; shows the
# end of the log when it went wrong. LIMIT_S 0 is no limit. With STEP_QUIET=1 the caller says himself how it ended.
step() {
	local name=$1 limit_ms=$(($2 * 1000)) begin told=0 ms rc=0 log
	shift 2
	log=$LOGS/$(printf '%s' "$name" | tr -c 'A-Za-z0-9' '-').log
	mkdir -p "$LOGS"
	begin=$(now_ms)
	("$@") >"$log" 2>&1 </dev/null &
	STEP_PID=$!
	while kill -0 "$STEP_PID" 2>/dev/null; do
		sleep "$STEP_POLL_S"
		ms=$(($(now_ms) - begin))
		if ((limit_ms && ms > limit_ms)); then
			echo "stopped: over its limit of $((limit_ms / 1000)) s" >>"$log"
			kill_tree "$STEP_PID" TERM
			sleep 2
			kill_tree "$STEP_PID" KILL
		elif ((ms >= 1000)); then
			if [ -t 2 ]; then
				printf '\r\033[K%s … %d s  %s' "$name" $((ms / 1000)) "$(log_glance "$log")" >&2
			elif ((ms >= told)); then
				if ((told == 0)); then say "$name …"; else say "  … $((ms / 1000)) s  $(log_glance "$log")"; fi
				told=$((ms + STEP_TELL_S * 1000))
			fi
		fi
	done
	wait "$STEP_PID" || rc=$?
	STEP_PID=
	STEP_MS=$(($(now_ms) - begin))
	if [ -t 2 ] && ((STEP_MS >= 1000)); then printf '\r\033[K' >&2; fi
	if ((rc)) && [ -z "${STEP_QUIET:-}" ]; then
		say "$name: stopped after $(seconds $STEP_MS) s. The end of $log:"
		tail -n "$STEP_TAIL_LINES" "$log" | cut -c 1-240 | sed 's/^/  | /' >&2
	elif ((STEP_MS >= 1000)) && [ -z "${STEP_QUIET:-}" ]; then
		say "$name: $(seconds $STEP_MS) s"
	fi
	return $rc
}

# One line of a list: PACKAGE [command]  # why. With a command named, having the command is enough.
packages_missing() {
	local list package command rest wanted=()
	for list in "$@"; do
		while read -r package command rest; do
			case $package in '' | '#'*) continue ;; esac
			case $command in
			'' | '#'*) ;;
			*) if command -v "$command" >/dev/null; then continue; fi ;;
			esac
			wanted+=("$package")
		done <"$list"
	done
	((${#wanted[@]})) || return 0
	{
		dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true
		printf '%s wanted\n' "${wanted[@]}"
	} | awk '$2 == "installed" { have[$1] = 1 } $2 == "wanted" && !have[$1] { print $1 }'
}

apt_install() {
	$AS_ROOT apt-get -q update &&
		$AS_ROOT env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
			-o Dpkg::Use-Pty=0 install "$@"
}

# Installs what the lists name and the machine lacks; says so first; touches nothing when all is there.
packages_need() {
	local missing AS_ROOT=
	mapfile -t missing < <(packages_missing "$@")
	((${#missing[@]})) || return 0
	if ! command -v apt-get >/dev/null; then
		say "These are needed and this is not a Debian system: ${missing[*]}"
		return 1
	fi
	if ((EUID)); then
		if ! command -v sudo >/dev/null; then
			say "Please install these as root, then start again:"
			say "  apt-get install --no-install-recommends ${missing[*]}"
			return 1
		fi
		AS_ROOT=sudo
		sudo -v || return 1
	fi
	say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
	step "Debian packages" 0 apt_install "${missing[@]}"
}

# The web tools want a newer Node.js than Debian 12 has, and npm leaves parts out when it runs on an older one than they
# want: so Debian's npm fetches only tools/node, a Node.js with its npm, pinned, and those do all the rest.
node_path() {
	local arch=x64
	[ "$(uname -m)" != aarch64 ] || arch=arm64
	printf '%s' "$PWD/tools/node/node_modules/node-linux-$arch/bin:$PWD/tools/node/node_modules/.bin:$PATH"
}

tree_hash() {
	find "$@" \( -name node_modules -o -name dist -o -name '*.tsbuildinfo' \) -prune -o -type f -print0 |
		LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -c 1-64
}

npm_ci() { (cd "$1" && npm ci --include=dev --include=optional --ignore-scripts --no-audit --no-fund); }

# node_packages FOLDER: what FOLDER/package-lock.json pins, installed again only when the lock changed.
node_packages() {
	local dir=$1 stamp=$1/node_modules/.hearth-lock hash
	if [ ! -f "$dir/package-lock.json" ]; then
		say "$dir/package.json is there without its package-lock.json; versions must be pinned"
		return 1
	fi
	hash=$(sha256sum <"$dir/package-lock.json")
	if [ -f "$stamp" ] && [ "$(<"$stamp")" = "$hash" ]; then return 0; fi
	step "npm packages of $dir" 1200 npm_ci "$dir" || return 1
	printf '%s' "$hash" >"$stamp"
}

# node_ready: the pinned Node.js and npm, first in PATH from here on.
node_ready() {
	case $PATH in *"$PWD/tools/node/node_modules/.bin"*) return 0 ;; esac
	node_packages tools/node || return 1
	PATH=$(node_path)
	if [[ $(node --version) != v22.* ]]; then
		say "npm has no Node.js 22 for this machine ($(uname -m)) in tools/node"
		return 1
	fi
}

# The web app in web/dist, built again only when a file it is made of changed.
web_build() {
	local stamp=build/web.stamp hash
	if [ ! -f web/package.json ]; then
		say "web/package.json is not there: building without the web app"
		return 0
	fi
	hash=$(tree_hash web)
	if [ -f web/dist/index.html ] && [ -f "$stamp" ] && [ "$(<"$stamp")" = "$hash" ]; then return 0; fi
	node_ready && node_packages web || return 1
	step "Web app" 600 npm --prefix web run build || return 1
	mkdir -p build
	printf '%s' "$hash" >"$stamp"
}

# meson.build asks which rooms, tests and migrations there are, and ninja would not ask again when one comes or goes.
files_known() { find src tests schema -name node_modules -prune -o -type f -print | LC_ALL=C sort | sha256sum; }

meson_and_ninja() {
	local dir=$1 target=$2
	shift 2
	if [ ! -f "$dir/build.ninja" ]; then
		rm -rf "$dir"
		meson setup "$dir" "$@" || return 1
		printf '%s' "$*" >"$dir/hearth-options"
	elif [ "$(files_known)" != "$(cat "$dir/hearth-files" 2>/dev/null)" ]; then
		meson setup --reconfigure "$dir" || return 1
	fi
	files_known >"$dir/hearth-files"
	ninja -C "$dir" "$target"
}

# server_build NAME DIR TARGET MESON-OPTIONS...: options that changed since set the folder up anew.
server_build() {
	local name=$1 dir=$2 target=$3
	shift 3
	if [ "$(cat "$dir/hearth-options" 2>/dev/null)" != "$*" ]; then rm -rf "$dir"; fi
	step "$name" 1800 meson_and_ninja "$dir" "$target" "$@"
}

# What a user runs. Warnings are not errors here: another compiler's new warning must not keep anybody from starting.
release_build() {
	server_build "Server" build/release hearth --buildtype=release -Db_lto=true -Dwerror=false || return 1
	if [ ! -x build/release/hearth ]; then
		say "The build made no build/release/hearth"
		return 1
	fi
}
