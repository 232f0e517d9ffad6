"""Processes that are not our children, by Linux's /proc."""

import os
import select

PATIENCE = 20  # seconds until a test gives up waiting


class Process:
    """A process by its id and start, because ids are used again."""

    def __init__(self, pid):
        self.pid, self.start = pid, stat(pid)[19]

    def alive(self):
        try:
            fields = stat(self.pid)
        except OSError:
            return False
        return fields[19] == self.start and fields[0] != "Z"

    def wait(self):
        """Return when the process has ended, which need not be our child."""
        try:
            fd = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        if self.alive() and not select.select([fd], [], [], PATIENCE)[0]:
            raise AssertionError(f"{self} has not ended")
        os.close(fd)

    def __repr__(self):
        return f"process {self.pid}"


def stat(pid):
    """The fields of /proc/PID/stat from the state on."""
    with open(f"/proc/{pid}/stat") as f:
        return f.read().rpartition(")")[2].split()


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and int(stat(name)[1]) == pid:
                found.append(int(name))
        except OSError:
            pass  # it has ended
    return found


def descendants(pid):
    found = [Process(pid)]
    for child in children(pid):
        found += descendants(child)
    return found
