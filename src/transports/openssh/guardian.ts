/**
 * Stands between kvmplay and one ssh that holds a connection, as a shell script: its arguments are a private folder, the ssh
 * and what that takes. Says the process id of ssh, and lives as long. When its input ends, since kvmplay lets go or is gone,
 * however it died, nothing is left: neither processes nor folder.
 *
 * It leads a process group of its own, to which ssh, its jump hosts and its helpers belong. So an interrupt typed at the
 * terminal reaches none of them: kvmplay decides what is ended.
 */
export const guardian = `
folder=$1
shift
command -v "$1" >/dev/null || { echo "kvmplay: no program $1" >&2; rm -rf "$folder"; exit 1; }
if [ -e "$folder/askpass" ]; then mkfifo -m 600 "$folder/question" "$folder/answer" || exit 1; fi
exec 3<&0
"$@" </dev/null >&2 3<&- &
ssh=$!
echo $ssh
exec >/dev/null 2>&1
trap '' TERM
{ read -r end <&3; rm -rf "$folder"; kill 0; } &
exec 3<&-
wait $ssh
rm -rf "$folder"
`;
