#!/bin/sh
[ "$1" = --list ] || { echo "only --list is expected, not $*" >&2; exit 3; }
cat <<'JSON'
{
  "kvm": {"hosts": ["kvm1", "kvm2"], "vars": {"mtu": 9000, "big": 12}, "children": ["rack1"]},
  "rack1": ["kvm3"],
  "single": {"ansible_host": "192.0.2.9"},
  "empty": {"hosts": []},
  "all": {"vars": {"everywhere": true}},
  "_meta": {"hostvars": {"kvm1": {"a": 1, "mtu": 1500}, "kvm3": {"list": [1, 2]}, "nobody": {"never": 1}}}
}
JSON
