# Functions for packaging/run, packaging/test and .ci/run: system packages, .venv, the app in it.
# STUDIO_PYTHON       the Python to use instead of the newest that fits
# STUDIO_TORCH_INDEX  one more package index for PyTorch, for example https://download.pytorch.org/whl/cpu
# STUDIO_NO_SYSTEM=1  do not look after system packages

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

find_python() {
    local name
    for name in ${STUDIO_PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if fits "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# Print the lines of the given lists none of whose alternatives is installed.
missing_packages() {
    local line name found
    while read -r line; do
        found=
        for name in ${line//|/ }; do
            case $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) in installed) found=1 ;; esac
        done
        [ -n "$found" ] || printf '%s\n' "$line"
    done
}

# Of the alternatives a|b print the one that this system can install.
available() {
    local name
    for name in ${1//|/ }; do
        if apt-cache show "$name" 2>/dev/null | grep -q '^Filename:'; then
            printf '%s\n' "$name"
            return
        fi
    done
    printf '%s\n' "${1##*|}"
}

# Print how to become root: nothing, sudo, or fail where neither is possible.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        return 0
    fi
    command -v sudo >/dev/null || return 1
    if [ -t 0 ] && [ -z "${CI:-}" ]; then
        local answer
        read -r -p "Install them with sudo apt-get? [Y/n] " answer
        case $answer in [nN]*) return 1 ;; esac
        printf 'sudo'
    else
        sudo -n true 2>/dev/null && printf 'sudo -n'
    fi
}

install_packages() {
    local sudo names=() line
    say "These system packages are missing:"
    printf '  %s\n' "${@//|/ or }" >&2
    if ! sudo=$(as_root); then
        for line in "$@"; do names+=("$(available "$line")"); done
        say "Install them yourself, as root: apt-get install ${names[*]}"
        say "Going on without them."
        return 0
    fi
    $sudo apt-get -o DPkg::Lock::Timeout=120 update -qq >&2 || say "The package lists could not be updated; going on with the old ones."
    for line in "$@"; do names+=("$(available "$line")"); done
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends \
        "${names[@]}" >&2 || say "Not all could be installed; going on without the rest."
}

# Look after the packages of the given list files, and after what Python needs to make a .venv.
system_packages() {
    local wanted python missing
    if [ -n "${STUDIO_NO_SYSTEM:-}" ] || [ "$(uname -s)" != Linux ]; then
        return 0
    fi
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "This is no Debian or Ubuntu: the libraries to install yourself are listed in packaging/*-libraries.txt."
        return 0
    fi
    wanted=$(cat "$@" | grep -v '^#')
    if ! python=$(find_python); then
        wanted+=$'\npython3\npython3-venv'
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        wanted+=$'\n'$("$python" -c 'import sys; print("python%d.%d-venv|python3-venv" % sys.version_info[:2])')
    fi
    mapfile -t missing < <(missing_packages <<<"$wanted")
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

make_venv() {
    local python
    if [ -x "$venv/bin/python" ] && fits "$venv/bin/python"; then
        return 0
    fi
    python=$(find_python) || die "Python 3.11, 3.12 or 3.13 is needed. Install one, or name it in STUDIO_PYTHON."
    say "Making .venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv" || die "The virtual environment could not be made. On Debian and Ubuntu: apt-get install python3-venv"
}

# Run pytest with the given arguments. A shared machine stands still now and then, and the tests of playing notice:
# what failed is tried once more, by itself; what fails again has failed.
run_pytest() {
    local seconds=$1 status=0
    shift
    timeout --kill-after=30 "$seconds" "$venv/bin/python" -m pytest "$@" || status=$?
    [ "$status" = 1 ] || return "$status"
    say "Trying what failed once more."
    timeout --kill-after=30 "$seconds" "$venv/bin/python" -m pytest --last-failed --last-failed-no-failures none "$@"
}

# Run the tests of some marks: SECONDS MARKS [what pytest takes]. What needs no window runs first, without Qt: stand-ins
# that cannot be imported lie in front of it, for children too. Then the window, then what plays, with the machine to itself.
run_tests() {
    local seconds=$1 marks=$2 each status worst=0 ran=0 window=0 other=0 without=() both=(-n 2 --dist loadfile)
    shift 2
    for each in "$@"; do
        case $each in
            *tests/app* | *tests/stories*) window=1 ;; # collecting them needs Qt
            *)
                without+=("$each")
                [ ! -e "${each%%::*}" ] || other=1
                ;;
        esac
    done
    if [ "$window" = 0 ] || [ "$other" = 1 ]; then
        status=0
        PYTHONPATH=$root/tests/without_qt run_pytest "$seconds" "${both[@]}" -p no:pytest-qt \
            -W ignore::pytest.PytestConfigWarning -m "($marks) and not gui and not audio" \
            ${without[@]+"${without[@]}"} || status=$?
        note_status
    fi
    for each in "gui and not audio" audio; do
        status=0
        run_pytest "$seconds" ${both[@]+"${both[@]}"} -m "($marks) and ($each)" "$@" || status=$?
        both=() # one after the other: they have a clock
        note_status
    done
    [ "$ran" = 1 ] || return 5
    return "$worst"
}

# For run_tests: take in how one run has ended; 5 is that none of these tests was named.
note_status() {
    [ "$status" = 5 ] || ran=1
    [ "$status" = 0 ] || [ "$status" = 5 ] || say "Some tests failed; going on with the others."
    [ "$status" = 5 ] || [ "$status" -le "$worst" ] || worst=$status
}

# Install the app with "run", "test" or "dev" around it; nothing is done when pyproject.toml has not changed since.
install_app() {
    local kind=$1 now stamp extras='' options=(--quiet --progress-bar off)
    make_venv
    now=$(sha256sum "$root/pyproject.toml" | cut -d' ' -f1)-$("$venv/bin/python" -V)-$root
    for stamp in $(wider_than "$kind"); do
        if [ "$(cat "$venv/.studio-$stamp" 2>/dev/null)" = "$now" ]; then
            return 0
        fi
    done
    say "Installing Neural Audio Studio ($kind) and PyTorch into .venv: minutes the first time, then never."
    [ ! -t 2 ] || options=()
    [ -z "${STUDIO_TORCH_INDEX:-}" ] || options+=(--extra-index-url "$STUDIO_TORCH_INDEX")
    [ "$kind" = run ] || extras="[$kind]"
    "$venv/bin/python" -m pip install "${options[@]}" -e "$root$extras" >&2 \
        || die "The app could not be installed. The lines above say why; running this again goes on where it stopped."
    printf '%s' "$now" >"$venv/.studio-$kind"
}

# Print the kinds of installation that hold all of the given one.
wider_than() {
    case $1 in
        run) echo run test dev ;;
        test) echo test dev ;;
        *) echo "$1" ;;
    esac
}
