"""Answers what Ansible makes of inventories: a request of JSON per line, an answer of JSON per line."""

import json
import os
import re
import sys

from ansible import context
from ansible.cli.inventory import InventoryCLI
from ansible.inventory.manager import InventoryManager
from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.vars import host_group_vars
from ansible.template import Templar
from ansible.utils.context_objects import CLIArgs
from ansible.utils.display import Display
from ansible.vars.manager import VariableManager

warnings = []
Display.warning = lambda self, message, formatted=False: warnings.append(str(message))
Display.display = lambda self, *args, **named: None

InventoryCLI(['ansible-inventory', '--list']).parse()
defaults = dict(context.CLIARGS)


def read(folder, sources):
    """A program like ansible-inventory that has read the sources in a folder, which is also that of the playbook."""
    os.chdir(folder)
    host_group_vars.FOUND.clear()
    warnings.clear()
    program = InventoryCLI(['ansible-inventory', '--list'])
    use(basedir=folder)
    program.loader = DataLoader()
    program.loader.set_basedir(folder)
    program.inventory = InventoryManager(loader=program.loader, sources=list(sources))
    program.vm = VariableManager(loader=program.loader, inventory=program.inventory, version_info={})
    for warning in warnings:
        unread = re.match('Unable to parse (.*) as an inventory source', warning)
        # A folder without any inventory is no failure.
        if unread and not os.path.isdir(unread.group(1)):
            raise ValueError(' '.join(warnings))
    return program


def use(**options):
    """Options of the command line stand in a global that can be set once: the next inventory needs others."""
    context.CLIARGS = CLIArgs({**defaults, **options})


def selected(inventory, pattern, limit=None):
    inventory.clear_caches()
    try:
        inventory.subset(limit)
        return sorted(host.name for host in inventory.get_hosts(pattern))
    except Exception as error:
        return {'error': str(error)}


def describe(folder, sources, patterns, limits):
    program = read(folder, sources)
    everything = program.inventory.groups['all']
    answer = {'list': json.loads(program.dump(program.json_inventory(everything)))}
    use(basedir=folder, export=True)
    answer['exported'] = json.loads(program.dump(program.json_inventory(everything)))
    use(basedir=folder, show_vars=True, pattern='all')
    answer['graph'] = program.inventory_graph() + '\n'
    answer['selected'] = [selected(program.inventory, pattern) for pattern in patterns]
    answer['limited'] = [selected(program.inventory, 'all', limit) for limit in limits]
    return answer


def evaluate(folder, sources, host, names):
    program = read(folder, sources)
    variables = program.vm.get_vars(host=program.inventory.get_host(host))
    templar = Templar(loader=program.loader, variables=variables)
    values = []
    for name in names:
        try:
            value = templar.template(variables[name])
            values.append({'value': json.loads(json.dumps(value, cls=AnsibleJSONEncoder, allow_nan=False))})
        except Exception as error:
            values.append({'error': str(error)})
    return values


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = evaluate(**request) if 'names' in request else describe(**request)
    except Exception as error:
        answer = {'error': str(error)}
    print(json.dumps(answer), flush=True)
