# `ip` of a kernel that is made of files below /sys/class/net: what iproute2 does and prints.
fails() { echo "$1" >&2; exit 2; }
cd /sys/class/net || exit 1
case "$*" in
  'link add name '*) mkdir "$4" 2>/dev/null || fails 'RTNETLINK answers: File exists' ;;
  'link delete dev '*)
    [ -e "$4" ] || fails "Cannot find device \"$4\""
    for port in */master; do [ ! "$port" -ef "$4" ] || /bin/rm "$port"; done
    /bin/rm -r "$4" ;;
  *' master '*) [ -e "$6" ] || fails "Cannot find device \"$6\""; ln -sfn "../$6" "$4/master" ;;
  *' nomaster') /bin/rm -f "$4/master" ;;
  '-o address show dev '*) [ ! -e "$5/address" ] || echo "1: $5 inet 10.9.0.2/24 scope global $5" ;;
  'address add '*)
    for link in "$@"; do :; done
    [ -e "$link" ] || fails "Cannot find device \"$link\""
    [ ! -e "$link/address" ] || fails 'RTNETLINK answers: File exists'
    true > "$link/address" ;;
  'address delete '*)
    [ -e "$5/address" ] || fails 'RTNETLINK answers: Cannot assign requested address'
    /bin/rm "$5/address" ;;
esac
exit 0
