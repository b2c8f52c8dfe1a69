# shellcheck shell=bash
# What every step of scripts/setup.sh uses.

say() { printf 'setup: %s\n' "$*"; }

changed=0

# Prints what is about to be done, and remembers that something was done.
doing() {
  changed=1
  say "$@"
}

# A step that has nothing to do prints nothing, so the last line says that set-up has succeeded.
summary() {
  if ((changed)); then
    say "done: downloads are in $NATRA_CACHE"
  else
    say "nothing to do: downloads are in $NATRA_CACHE"
  fi
}

die() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# Temporary files are beside the results, so that moving one into place is a rename; a trap removes them in
# any case.
make_scratch() {
  scratch=$(mktemp -d -p "$NATRA_CACHE")
  trap 'chmod -R u+w "$scratch" && rm -rf -- "$scratch"' EXIT
}

temp_dir() { mktemp -d -p "$scratch"; }

# as_root COMMAND...: some steps need root; a user with sudo is asked by sudo.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "Cannot run \"$*\": it needs root"
  fi
}

# At most once in a run, and only if something is to be installed.
apt_update() {
  [[ -n ${apt_updated:-} ]] && return
  as_root apt-get -qq update
  apt_updated=yes
}

# apt_install PACKAGE...
apt_install() {
  apt_update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@" >/dev/null
}

# apt_unpack DIR PACKAGE...: downloads packages and unpacks them below DIR, without installing them.
apt_unpack() {
  local dir=$1 debs deb
  shift
  apt_update
  debs=$(temp_dir)
  # Without the option apt, run as root, complains that its own user cannot write here.
  (cd "$debs" && apt-get -qq -o APT::Sandbox::User=root download "$@" >&2)
  for deb in "$debs"/*.deb; do dpkg -x "$deb" "$dir"; done
}

# has_sha256 FILE HASH
has_sha256() {
  [[ -f $1 ]] && [[ $(sha256sum -- "$1") == "$2 "* ]]
}

# require_sha256 FILE HASH: deletes the file, and ends, if the hash differs.
require_sha256() {
  has_sha256 "$1" "$2" && return
  local found
  found=$(sha256sum -- "$1" 2>/dev/null | cut -d' ' -f1) || true
  rm -f -- "$1"
  die "Cannot trust \"$1\": sha256 is \"${found:-none}\", not \"$2\""
}

# from_zip URL MEMBER HASH TARGET: an executable from a release archive; false if the host cannot be reached.
from_zip() {
  local url=$1 member=$2 hash=$3 target=$4 work
  work=$(temp_dir)
  curl -fsSL --connect-timeout 4 --max-time 600 -o "$work/zip" "$url" 2>/dev/null || return 1
  unzip -q "$work/zip" "$member" -d "$work" || return 1
  if ! has_sha256 "$work/$member" "$hash"; then
    say "not using $url: its $member has a different sha256"
    return 1
  fi
  install_file "$work/$member" "$target"
}

# install_file SOURCE TARGET: moves atomically.
install_file() {
  mkdir -p "$(dirname "$2")"
  chmod 755 "$1"
  mv -f -- "$1" "$2"
}

# wheel NAME VERSION HASH: prints the path of the verified wheel.
wheel() {
  local name=$1 version=$2 hash=$3 file requirement
  for file in "$NATRA_CACHE/dl/${name//-/_}-$version-"*.whl; do
    if has_sha256 "$file" "$hash"; then
      printf '%s\n' "$file"
      return
    fi
  done
  requirement=$(mktemp -p "$scratch")
  printf '%s==%s --hash=sha256:%s\n' "$name" "$version" "$hash" >"$requirement"
  if ! python3 -m pip download --quiet --no-deps --only-binary=:all: --require-hashes \
    --dest "$NATRA_CACHE/dl" --requirement "$requirement" >&2; then
    die "Cannot download \"$name\" $version with pip"
  fi
  file=$(compgen -G "$NATRA_CACHE/dl/${name//-/_}-$version-*.whl" | head -n 1)
  require_sha256 "$file" "$hash"
  printf '%s\n' "$file"
}
