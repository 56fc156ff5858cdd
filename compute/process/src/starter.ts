/**
 * The shell program that stands above one job. It needs nothing of the platform once it runs: it enforces
 * wall time, collects the exit code, kills what the job left behind and writes the exit record by rename.
 *
 * It claims the job by hard-linking `starter` (so that a job submitted twice runs once), reads `plan.sh`,
 * and runs `launch.sh` in a session of its own. It is copied into the job directory because a shell reads
 * its program while it runs, and the platform may be upgraded meanwhile.
 *
 * Reads: plan.sh (limits, how to find the job's processes, what to remove at the end). Writes: starter,
 * verdict, exit, log.
 */
export const starterProgram = String.raw`#!/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
cd "$1" || exit 125
umask 077
exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
# Handlers instead of "ignore": ignored signals would stay ignored in the job.
trap ':' HUP INT TERM
read -r stat < "/proc/$$/stat"
set -- ${'$'}{stat##*) }
printf '%s %s\n' "$$" "${'$'}{20}" > "starter.$$"
ln "starter.$$" starter 2>/dev/null || { rm -f "starter.$$"; exit 0; }
rm -f "starter.$$"
. ./plan.sh

verdict() {
  printf '%s\n' "$1" > "verdict.$2"
  ln "verdict.$2" verdict 2>/dev/null
  rm -f "verdict.$2"
}
# Processes of the job: the control group's when there is one, else whoever carries the marker or was adopted.
# Adopted are children outside of the starter's own session; the name in "status" cannot pretend to be another line.
members() {
  if [ -n "$MEMBERS" ]; then
    cat "$MEMBERS" 2>/dev/null
  else
    for file in $(
      grep -lszxF -- "$MARKER" /proc/[0-9]*/environ
      children=$(grep -lsE "^PPid:[[:space:]]$$\$" /proc/[0-9]*/status)
      [ -n "$children" ] && grep -LsE "^(NSsid:[[:space:]]$$([[:space:]].*)?|State:[[:space:]]Z.*)\$" $children
    ); do
      pid=${'$'}{file#/proc/}; printf '%s\n' "${'$'}{pid%/*}"
    done
  fi
}
# A sandbox's own program leads the session: asked to end, it would end the job without asking it.
send() {
  if [ "$SANDBOXED" = 0 ] || [ "$1" = KILL ]; then kill "-$1" -- "-$job" 2>/dev/null; fi
  for pid in $(members); do
    if [ "$pid" != "$job" ] || [ "$SANDBOXED" = 0 ] || [ "$1" = KILL ]; then kill "-$1" "$pid" 2>/dev/null; fi
  done
}
kill_all() {
  round=0
  while [ "$round" -lt 100 ]; do
    send KILL
    pids=$(members); [ -z "$pids" ] && break
    round=$((round + 1)); sleep 0.05
  done
}

# Room for the exit record, so that a full disk cannot turn the job into a lost one.
printf '%255s\n' '' > exit.part

code=143
job=
if [ ! -e verdict ]; then
  # Through a pipe: "> /dev/stderr" in a job would truncate a file.
  mkfifo out; [ -n "$OWNER" ] && chown "$OWNER" out
  (
    trap '' HUP INT TERM
    [ "$FILE_BLOCKS" -gt 0 ] && ulimit -f "$FILE_BLOCKS"
    cat
    # A full disk costs the job its log, not its life; a log over the limit ends it.
    [ "$?" -eq 1 ] && exec cat > /dev/null
  ) < out >> log 2>/dev/null &
  copier=$!
  setsid /bin/sh ./launch.sh </dev/null >out 2>&1 &
  job=$!
  timer=
  if [ "$WALL" -gt 0 ]; then
    (
      nap=; trap 'kill $nap 2>/dev/null; exit 0' TERM
      sleep "$WALL" & nap=$!
      wait "$nap" || exit 0
      verdict timed-out timer
      send TERM
      left=$((GRACE * 10))
      while [ "$left" -gt 0 ] && [ -n "$(members)" ]; do sleep 0.1; left=$((left - 1)); done
      kill_all
    ) </dev/null >/dev/null 2>&1 &
    timer=$!
  fi
  while :; do
    wait "$job"; code=$?
    kill -0 "$job" 2>/dev/null || break
  done
  [ -n "$timer" ] && kill "$timer" 2>/dev/null
  kill_all
  left=100
  while kill -0 "$copier" 2>/dev/null && [ "$left" -gt 0 ]; do
    [ "$left" -lt 100 ] && sleep 0.02
    left=$((left - 1))
  done
  kill -KILL "$copier" 2>/dev/null
  rm -f out
  # Programs that ignore SIGXFSZ fail with an error of their own: a file of exactly the largest size tells.
  if [ "$code" -ne 0 ] && [ "$FILE_BLOCKS" -gt 0 ] && [ -n "$(full_files)" ]; then verdict disk-exceeded end; fi
fi
oom=0
if [ -n "$OOM" ] && [ -r "$OOM" ]; then
  while read -r key value; do [ "$key" = oom_kill ] && oom=$value; done < "$OOM"
fi
if [ -n "$UNIT" ]; then
  [ "$(systemctl $SCOPE_MODE show -P Result "$UNIT" 2>/dev/null)" = oom-kill ] && oom=1
  systemctl $SCOPE_MODE reset-failed "$UNIT" 2>/dev/null
fi
for file in $REMOVE; do rmdir "$file" 2>/dev/null; done
remove_secrets
said=
[ -e verdict ] && read -r said < verdict
finished=$(date +%s.%N)
# Into the room kept for it; the rest of it is blanks.
tries=0
until printf '{"code":%s,"verdict":"%s","oomKills":%s,"finished":%s}\n' "$code" "$said" "$oom" "$finished" \
  1<>exit.part && mv -f exit.part exit; do
  tries=$((tries + 1)); [ "$tries" -gt 3600 ] && exit 1
  sleep 1
done
`;
