#!/usr/bin/env python3
import json, sys
hosts = {'kvm1': {'a': 1}, 'kvm2': {'b': [1, {'c': None}]}}
if sys.argv[1] == '--list':
    print(json.dumps({'kvm': {'hosts': ['kvm1', 'kvm2', 'kvm3']}, 'loose': ['kvm4']}))
elif sys.argv[2] in hosts:
    print(json.dumps(hosts[sys.argv[2]]))
else:
    print('{}')
