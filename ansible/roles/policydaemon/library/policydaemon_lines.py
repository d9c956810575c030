#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Puts PolicyDaemon's lines into a file of the administrator's, and takes them out again without a trace."""

from __future__ import annotations

import os
import re
import shutil
import tempfile

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: policydaemon_lines
short_description: PolicyDaemon's lines in main.cf, master.cf or a file of Dovecot's
description:
  - Lines are added in marked blocks. Lines of the administrator's that would contradict them are switched off by a mark in front.
  - C(state=absent) removes the blocks and the marks, which leaves the file byte for byte as it would be without this module.
  - main.cf and master.cf are tried out with postconf(1) before they are put in place.
options:
  path: {type: path, required: true, description: The file. It must exist; where it does not, nothing is changed.}
  state: {type: str, choices: [present, absent], default: present, description: Whether the lines are there.}
  format: {type: str, choices: [main.cf, master.cf, dovecot], required: true, description: What kind of file it is.}
  text: {type: str, default: "", description: For main.cf and dovecot. What is added at the end.}
  behind: {type: dict, default: {}, description: For main.cf. Parameters of C(text), each with the parameter of the administrator's whose value goes behind it.}
  services: {type: list, elements: dict, default: [], description: For master.cf. C(names) of smtpd services and the C(text) of each.}
  switch_off: {type: list, elements: str, default: [], description: For dovecot. Regular expressions of lines that are switched off.}
  backup: {type: path, required: true, description: "Directory, for the file as it was before, and as the administrator left it."}
author: PolicyDaemon
"""

EXAMPLES = r"""
- name: Include a file at the end of dovecot.conf
  policydaemon_lines:
    path: /etc/dovecot/dovecot.conf
    format: dovecot
    text: "!include policydaemon.conf"
    backup: /var/backups/policydaemon
"""

RETURN = r"""
services:
  description: The services of master.cf that were given lines.
  type: list
  returned: success
"""

BEGIN = "# BEGIN PolicyDaemon, written by Ansible"
END = "# END PolicyDaemon, written by Ansible"
OPEN_END = " (the line above had no end)"
OURS = re.compile(r"(?:unused|undefined) parameter: policydaemon_")
OFF = "#PolicyDaemon has it off# "


def take_out(text):
    """The text without blocks and marks: as the administrator left it."""
    text = re.sub(r"\n" + re.escape(BEGIN + OPEN_END) + r"\n(?:.*\n)*?" + re.escape(END) + r"\n", "", text)
    text = re.sub(r"(?m)^" + re.escape(BEGIN) + r"\n(?:.*\n)*?" + re.escape(END) + r"\n", "", text)
    return re.sub(r"(?m)^" + re.escape(OFF), "", text)


def block(text, after):
    """The block, to be put behind the text before it."""
    is_open = after != "" and not after.endswith("\n")
    return ("\n" if is_open else "") + BEGIN + (OPEN_END if is_open else "") + "\n" + text.rstrip("\n") + "\n" + END + "\n"


def is_start(line):
    """Whether a line begins a parameter or service; else it is empty, a comment or goes on with the one above (postconf(5), master(5))."""
    return bool(line.strip()) and not line[0].isspace() and not line.startswith("#")


def is_continuation(line):
    return bool(line.strip()) and line[0].isspace() and not line.strip().startswith("#")


def entries(lines):
    """First line and continuation lines of each parameter or service, as indexes."""
    found = []
    for index, line in enumerate(lines):
        if is_start(line):
            found.append([index])
        elif found and is_continuation(line):
            found[-1].append(index)
    return found


def parameters(text):
    """Name, value on one line, and line indexes of each parameter of a main.cf."""
    lines = text.splitlines()
    for indexes in entries(lines):
        name, separator, value = " ".join(lines[index].strip() for index in indexes).partition("=")
        if separator:
            yield name.strip(), value.strip(), indexes


def with_values_behind(text, behind, theirs):
    """Our parameters, those of behind followed by a value of the administrator's."""
    lines = text.splitlines()
    for name, _, indexes in parameters(text):
        value = theirs.get(behind.get(name))
        if value:
            end = lines[indexes[-1]]
            lines[indexes[-1]] = end + (" " if end.rstrip().endswith("=") else ", ") + value
    return "\n".join(lines)


def write_main_cf(text, ours, behind):
    theirs = {name: value for name, value, _ in parameters(text)}
    names = {name for name, _, _ in parameters(ours)}
    lines = text.splitlines(keepends=True)
    for name, _, indexes in parameters(text):
        if name in names:
            for index in indexes:
                lines[index] = OFF + lines[index]
    return "".join(lines) + block(with_values_behind(ours, behind, theirs), text)


def write_master_cf(text, services):
    """The file with the lines of each smtpd below its own, and the services that were found."""
    lines, found = text.splitlines(keepends=True), []
    for indexes in reversed(entries(lines)):
        fields = lines[indexes[0]].split()
        if len(fields) < 8 or fields[1] not in ("inet", "pass") or fields[7] != "smtpd":
            continue
        for service in services:
            if fields[0] in service["names"]:
                lines.insert(indexes[-1] + 1, block(service["text"], lines[indexes[-1]]))
                found.insert(0, fields[0] + "/" + fields[1])
    return "".join(lines), found


def write_dovecot(text, ours, switch_off):
    patterns = [re.compile(pattern) for pattern in switch_off]
    lines = [OFF + line if any(pattern.match(line) for pattern in patterns) else line for line in text.splitlines(keepends=True)]
    return "".join(lines) + (block(ours, text) if ours else "")


def complaints(module, directory):
    """What postconf says of a configuration; but for parameters of ours, which are told of in one file and used in the other."""
    found = set()
    for option in ("-n", "-M", "-P"):
        code, _, errors = module.run_command(["postconf", "-c", directory, option])
        # Without the number of a line and the value there: postconf tells them of one mistake now so, now so.
        found |= {re.sub(r", line \d+|=.*", "", line.replace(directory, "")) for line in errors.splitlines() if not OURS.search(line)}
        if code != 0:
            found.add("postconf %s: exit status %d" % (option, code))
    return found


def try_out(module, path, data):
    """Fails when postconf complains of the new file and does not of the present one."""
    present, name = os.path.split(path)
    directory = tempfile.mkdtemp(dir=module.tmpdir)
    for other in ("main.cf", "master.cf"):
        if os.path.exists(os.path.join(present, other)):
            shutil.copyfile(os.path.join(present, other), os.path.join(directory, other))
    with open(os.path.join(directory, name), "wb") as file:
        file.write(data)
    new = complaints(module, directory) - complaints(module, present)
    shutil.rmtree(directory)
    if new:
        module.fail_json(msg="%s stays as it is, because postconf says of the new one: %s" % (path, "; ".join(sorted(new))))


def put_in_place(module, path, old, data, is_theirs):
    backup, name = module.params["backup"], path.strip("/").replace("/", "-")
    os.makedirs(backup, mode=0o700, exist_ok=True)
    for copy in [name + ".previous"] + ([name] if is_theirs else []):
        with open(os.open(os.path.join(backup, copy), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(old)
    temporary = os.path.join(module.tmpdir, name)
    with open(temporary, "wb") as file:
        file.write(data)
    shutil.copystat(path, temporary)
    module.atomic_move(temporary, path)


def write(text, parameter):
    """The file with our lines, and the services of master.cf that have them now."""
    if parameter["format"] == "main.cf":
        return write_main_cf(text, parameter["text"], parameter["behind"]), []
    if parameter["format"] == "master.cf":
        return write_master_cf(text, parameter["services"])
    return write_dovecot(text, parameter["text"], parameter["switch_off"]), []


def main():
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "format": {"type": "str", "choices": ["main.cf", "master.cf", "dovecot"], "required": True},
            "text": {"type": "str", "default": ""},
            "behind": {"type": "dict", "default": {}},
            "services": {"type": "list", "elements": "dict", "default": []},
            "switch_off": {"type": "list", "elements": "str", "default": []},
            "backup": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    path = os.path.realpath(module.params["path"])
    if not os.path.exists(path):
        if module.params["state"] == "present" and not module.check_mode:
            module.fail_json(msg="%s does not exist" % path)
        module.exit_json(changed=False, services=[], msg="%s does not exist" % path)

    with open(path, "rb") as file:
        data = file.read()
    # Octets as they are, whatever their encoding.
    old = data.decode("utf-8", "surrogateescape")
    theirs = take_out(old)
    new, services = (theirs, []) if module.params["state"] == "absent" else write(theirs, module.params)
    if new != old:
        written = new.encode("utf-8", "surrogateescape")
        if module.params["format"] != "dovecot":
            try_out(module, path, written)
        if not module.check_mode:
            put_in_place(module, path, data, written, is_theirs=old == theirs)
    diff = {"before_header": path, "after_header": path, "before": shown(old), "after": shown(new)}
    module.exit_json(changed=new != old, services=services, diff=diff)


def shown(text):
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


if __name__ == "__main__":
    main()
