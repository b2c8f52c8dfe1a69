#!/usr/bin/env bash
# Stands before natra under its name. An order in "$0.order" brings down natra ("natra") or a process (its
# id), once, half-way through an ADD: as soon as natra has recorded what it is about to do.
set -euo pipefail

printf '%s\n' "${CNI_COMMAND:-none}" >>"$0.calls"
if [[ ${CNI_COMMAND:-} != ADD || ! -e $0.order ]]; then
  exec "$0.real"
fi
order=$(<"$0.order")
rm -- "$0.order"
record=/run/natra/$CNI_CONTAINERID-$CNI_IFNAME.json
"$0.real" <&0 &
natra=$!
while [[ ! -e $record ]] && kill -0 "$natra" 2>/dev/null; do :; done
if [[ $order == natra ]]; then
  kill -KILL "$natra"
else
  kill -KILL "$order"
fi
touch "$0.obeyed"
wait "$natra"
