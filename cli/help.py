"""Help pages that a user can read: examples, defaults as they are written, and no names of Python's types."""

from __future__ import annotations

from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

START, SEE, USE, MANAGE = "Start", "See", "Use", "Manage"
"""The groups of commands, in the order of `mnistcnn --help`."""


def examples(*pairs: tuple[str, str]) -> str:
    """The end of a help page: commands, each with its purpose above it.

    Args:
        pairs: a command line, and what it is for.
    """
    lines = [line for command, purpose in pairs for line in (f"[dim]# {_escaped(purpose)}[/dim]", _escaped(command))]
    return "\n".join(["[bold]Examples[/bold]", *lines])


class _Plain:
    """What the help of a command and of a group of commands have in common; each is this and a class of Typer's."""

    help: str | None

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.help = _unwrapped(self.help)

    def get_params(self, ctx: Any) -> list[Any]:
        """Give the options and arguments."""
        return [_plain(parameter) for parameter in super().get_params(ctx)]  # type: ignore[misc]

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Give the parts of the line `Usage:`."""
        return _plain_usage(super().collect_usage_pieces(ctx))  # type: ignore[misc]


class PlainCommand(_Plain, TyperCommand):
    """A command whose help is written for its users."""


class PlainGroup(_Plain, TyperGroup):
    """A command with sub-commands: its help shows the options of each of them as well."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page; the program's own lists its many commands without their options."""
        if ctx.parent is not None:
            for command in self.commands.values():
                command.short_help = _with_options(command, ctx)
        super().format_help(ctx, formatter)


def _with_options(command: Any, ctx: Any) -> str:
    """The first sentence of a command's help, and what it takes, on lines of its own."""
    first = (command.help or "").partition("\n\n")[0]
    parameters = [parameter for parameter in command.get_params(ctx) if "--help" not in parameter.opts]
    names = [_name(parameter) for parameter in parameters]
    return f"{first}\n[dim]{_escaped('  '.join(names))}[/dim]"


def _name(parameter: Any) -> str:
    name = str(parameter.metavar if isinstance(parameter, TyperArgument) else parameter.opts[0])
    # Without a space, so that no line ends between an option and its value.
    return f"{name}={parameter.metavar}" if isinstance(parameter, TyperOption) and parameter.metavar else name


def _plain(parameter: Any) -> Any:
    """Take Python's words out of a parameter's help."""
    if isinstance(parameter, TyperOption) and parameter.is_flag:
        parameter.metavar = ""  # Instead of <bool>.
    if isinstance(parameter, TyperArgument):
        # Typer has no setting for an argument without its type.
        parameter.display_type_rich = _no_type  # type: ignore[method-assign]
    if isinstance(parameter, TyperArgument | TyperOption) and isinstance(parameter.show_default, str):
        # Typer would write [default: (3000)].
        parameter.help = f"{parameter.help} [dim]\\[default: {_escaped(parameter.show_default)}][/dim]"
        parameter.show_default = False
    return parameter


def _no_type(ctx: Any) -> None:
    """Show nothing."""


def _plain_usage(pieces: list[str]) -> list[str]:
    """`FILE...` instead of `{FILE}...`."""
    return [piece.replace("{", "").replace("}", "") for piece in pieces]


def _unwrapped(text: str | None) -> str | None:
    """Join the lines of each paragraph, which are as long as the source code's, and not as the window's."""
    return text and "\n\n".join(paragraph.replace("\n", " ") for paragraph in text.split("\n\n"))


def _escaped(text: str) -> str:
    """Text that holds no markup."""
    return text.replace("[", "\\[")
