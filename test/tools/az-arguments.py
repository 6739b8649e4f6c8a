"""What the real `az` takes: the arguments of the commands on standard input, one a line, as JSON on standard output.

Run with the Python that has the package azure-cli (`pip install azure-cli` in a virtual environment outside the project):

    node test/tools/az-lines.ts | python test/tools/az-arguments.py > test/golden/az-arguments.json

test/lesson/az-lines.test.ts holds every `az` line of lessons, README and Faults against that file.
"""

import json
import sys
from importlib.metadata import version

from azure.cli.core import get_default_cli



def loaded():
    cli = get_default_cli()
    cli.invocation = cli.invocation_cls(
        cli_ctx=cli, parser_cls=cli.parser_cls, commands_loader_cls=cli.commands_loader_cls, help_cls=cli.help_cls
    )
    loader = cli.invocation.commands_loader
    loader.load_command_table(None)
    return loader


def values_of(settings):
    """How many values follow: 0, 1, `?` for none or one, `+` for one or more, `*` for any number."""
    if settings.get("action") in ("store_true", "store_false", "count"):
        return 0
    return settings.get("nargs") or 1


def choices_of(settings):
    choices = settings.get("choices") or settings.get("enum_value") or []
    return sorted({str(getattr(choice, "value", choice)) for choice in choices})


def argument_of(argument):
    settings = argument.type.settings
    names = [str(getattr(name, "target", name)) for name in settings.get("options_list") or []]
    told = {"names": sorted(name for name in names if name.startswith("-")), "values": values_of(settings)}
    if settings.get("required"):
        told["required"] = True
    choices = choices_of(settings)
    if choices:
        told["choices"] = choices
    return told


def arguments_of(loader, name):
    command = loader.command_table.get(name)
    if command is None:
        return None
    loader.command_name = name
    loader.cli_ctx.invocation.data["command_string"] = name
    loader.load_arguments(name)
    # `cmd` is what functions of the CLI get, not what people type.
    own = [argument_of(argument) for name, argument in command.arguments.items() if name != "cmd"]
    return sorted((one for one in own if one["names"]), key=lambda one: one["names"])


def main():
    loader = loaded()
    wanted = {line.strip() for line in sys.stdin if line.strip()}
    commands = {name: arguments_of(loader, name) for name in sorted(wanted)}
    missing = [name for name, arguments in commands.items() if arguments is None]
    if missing:
        sys.exit("az has no command: " + ", ".join(missing))
    lines = ",\n".join(
        "  %s: [\n%s\n  ]" % (json.dumps(name), ",\n".join("    " + json.dumps(one) for one in arguments))
        for name, arguments in commands.items()
    )
    print('{"azure-cli": %s, "commands": {\n%s\n}}' % (json.dumps(version("azure-cli")), lines))


main()
