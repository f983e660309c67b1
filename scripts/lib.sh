# shellcheck shell=sh
# Set-up shared by the scripts beside this file, which source it.
#
# It makes the project's own virtual environment (.venv at the project root, or $LEO_VENV)
# and installs Leo there, editable. When that is already done it costs nothing.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
case ${LEO_VENV:-} in
    '') venv=$root/.venv ;;
    /*) venv=$LEO_VENV ;;
    *) venv=$PWD/$LEO_VENV ;;
esac
LEO_VENV=$venv # for a script that calls another, from whichever directory
export LEO_VENV

# use_venv FOLDER [PINS]: what follows is about that virtual environment, in which pip keeps to
# the file of pins.
use_venv() {
    venv=$1
    pins=${2:-/dev/null}
    python=$venv/bin/python
    claim=$venv/.leo-claim       # holds the number of the process that is setting up
    unfinished=$venv/.leo-new    # there from the first file until the first install has ended
    stamp=$venv/.leo-installed   # what the last install was made from
}

use_venv "$venv"

# use_binders_venv: what follows is about an environment with the versions of Binder's image.
use_binders_venv() { use_venv "$LEO_VENV-binder" "$root/tests/environments/binder-pins.txt"; }

say() { printf 'leo: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# ---------------------------------------------------------------- the browser

# (command -v alone takes any file whose path is given, in some shells.)
program() {
    file=$(command -v "$1") && [ -f "$file" ] && [ -x "$file" ] && printf '%s\n' "$file"
}

find_chromium() {
    if [ -n "${CHROMIUM:-}" ]; then
        program "$CHROMIUM" || die "CHROMIUM is set to $CHROMIUM, which is not a program."
        return
    fi
    for browser in chromium chromium-browser google-chrome google-chrome-stable /usr/bin/chromium \
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
        if program "$browser"; then return; fi
    done
    return 1
}

# need_chromium: for a script that can do nothing without it.
need_chromium() {
    if ! found=$(find_chromium); then
        [ -z "${CHROMIUM:-}" ] || exit 1
        apt_install chromium || :
        found=$(find_chromium) ||
            die "no Chromium was found: install it ($(apt_command chromium)), or set CHROMIUM."
    fi
    CHROMIUM=$found
    export CHROMIUM
}

# Playwright drives the browser with a program that needs a library which a bare Debian lacks.
driver_library=libatomic1

can_drive() { "$python" -m playwright --version >/dev/null 2>&1; }

# ---------------------------------------------------------------- system packages

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

# The command to show to someone for whom we may not run it.
apt_command() {
    if [ "$(id -u)" -eq 0 ]; then
        printf 'apt-get update && apt-get install -y %s' "$1"
    elif command -v sudo >/dev/null; then
        printf 'sudo apt-get update && sudo apt-get install -y %s' "$1"
    else # a bare Debian has no sudo
        printf "su -c 'apt-get update && apt-get install -y %s'" "$1"
    fi
}

# apt_install PACKAGE: install it, or fail when there is no apt or no right to use it.
apt_install() {
    command -v apt-get >/dev/null && as_root true 2>/dev/null || return 1
    say "installing $1 with apt-get"
    apt update >/dev/null </dev/null || say "apt-get update had trouble; going on"
    apt install -y "$1" >/dev/null </dev/null
}

# ---------------------------------------------------------------- the virtual environment

# Sets base (an interpreter of version 3.11 or later, never one inside a virtual environment)
# and venv_package (what Debian calls the package that gives it `venv`).
find_base() {
    for candidate in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        base=$("$candidate" -c '
import sys
if sys.version_info < (3, 11):
    sys.exit(1)
print(getattr(sys, "_base_executable", "") or sys.executable)' 2>/dev/null) || continue
        venv_package=${candidate##*/}-venv
        return
    done
    die "Python 3.11 or later is needed and was not found." \
        "On Debian 12 or later, or Ubuntu 24.04 or later: $(apt_command 'python3 python3-venv')"
}

has_venv() { "$base" -c 'import venv; from ensurepip import bootstrap' 2>/dev/null; }

make_venv() {
    find_base
    if ! has_venv; then
        if command -v apt-get >/dev/null; then
            { apt_install "$venv_package" && has_venv; } ||
                die "$base cannot make virtual environments. Run: $(apt_command "$venv_package")"
        else
            die "$base cannot make virtual environments: install its venv and ensurepip modules."
        fi
    fi
    if [ -e "$venv/pyvenv.cfg" ] || [ -e "$unfinished" ]; then
        say "making $venv anew (it is unfinished or its Python is gone)"
        rm -rf -- "$venv/bin" "$venv/include" "$venv/lib" "$venv/lib64" "$venv/share" \
            "$venv/etc" "$venv/pyvenv.cfg" "$stamp"
    elif [ -n "$(find "$venv" -mindepth 1 ! -path "$claim" -print)" ]; then
        die "$venv is there, and is not a virtual environment. Move it, or set LEO_VENV."
    else
        say "making a virtual environment in $venv"
    fi
    : >"$unfinished"
    "$base" -m venv "$venv" >&2 || die "$base -m venv failed; its message is above."
}

usable() {
    [ ! -e "$unfinished" ] &&
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
        "$python" -m pip --version >/dev/null 2>&1
}

# ---------------------------------------------------------------- what is installed in it

wanted() {
    printf '%s\n%s\n%s\n%s\n' "$root" "$("$python" -V 2>&1)" \
        "$(cksum <"$root/pyproject.toml")" "$(cat "$pins" "$root/binder/pins.txt" | cksum)"
}

# installed EXTRA: nobody is setting up, and the stamp says that EXTRA is there as it stands now.
installed() {
    [ ! -e "$claim" ] && [ ! -e "$unfinished" ] && [ -x "$python" ] && up_to_date "$1"
}

up_to_date() {
    found=$(cat "$stamp" 2>/dev/null) || return 1
    [ "$found" = "$(wanted; echo test)" ] || # test contains lab and browser
        [ "$found" = "$(wanted; echo "$1")" ]
}

# Lab asks at its first start whether it may fetch news; here it neither asks nor fetches.
# (What "jupyter labextension disable" writes, which takes six seconds to do it.)
no_news='{
  "disabledExtensions": {
    "@jupyterlab/apputils-extension:announcements": true
  },
  "lockedExtensions": {
    "@jupyterlab/apputils-extension:announcements": true
  }
}'

# uv does in seconds what takes pip more than a minute; where it cannot be had, pip does.
with_uv() {
    with_pip uv >/dev/null 2>&1 &&
        "$python" -m uv --quiet pip install --python "$python" "$@" </dev/null >&2
}

with_pip() {
    "$python" -m pip --disable-pip-version-check --no-input --quiet install "$@" </dev/null >&2
}

install() {
    say "installing what $1 needs (some minutes the first time)"
    # Tests import a part of what is installed: that part is compiled when it is imported.
    uv=--no-compile-bytecode pip=--no-compile
    if [ "$1" = lab ]; then uv=--compile-bytecode pip=--compile; fi
    (cd "$root" && { with_uv "$uv" --editable ".[$1]" --constraint "$pins" ||
        with_pip "$pip" --editable ".[$1]" --constraint "$pins"; }) || {
        rm -f -- "$unfinished"
        die "pip could not install .[$1]; its message is above."
    }
    mkdir -p -- "$venv/etc/jupyter/labconfig"
    printf '%s' "$no_news" >"$venv/etc/jupyter/labconfig/page_config.json"
    { wanted && echo "$1"; } >"$stamp"
    rm -f -- "$unfinished"
}

# One set-up at a time: wait for a living one, take over from a dead one.
take_claim() {
    mkdir -p -- "$venv" && [ -w "$venv" ] ||
        die "$venv cannot be written by $(id -un). Remove it as its owner, or set LEO_VENV."
    told=''
    until (set -C && echo $$ >"$claim") 2>/dev/null; do
        sleep 1
        holder=$(cat "$claim" 2>/dev/null) || continue
        if [ -z "$holder" ] || ! kill -0 "$holder" 2>/dev/null; then
            rm -f -- "$claim"
        elif [ -z "$told" ]; then
            say "waiting for process $holder, which is setting up $venv"
            told=yes
        fi
    done
    trap 'rm -f -- "$claim"' EXIT
}

# set_up EXTRA: afterwards $python is a Python with Leo and the extra.
set_up() {
    if ! installed "$1"; then
        take_claim
        usable || make_venv
        up_to_date "$1" || install "$1"
        rm -f -- "$claim"
        trap - EXIT
    fi
    PATH=$venv/bin:$PATH
    export PATH
}
