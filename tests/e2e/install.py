# Installs a package as a program written with python3-dbus does: PkgChange on the bus, then the transaction's private socket.
# Prints the signals it hears, one a line.

import ctypes
import sys

import dbus
import dbus.connection
import dbus.mainloop.glib

NAME = "org.projectatomic.aptostree1"
TRANSACTION = NAME + ".Transaction"

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
# GLib's main loop without python3-gi
glib = ctypes.CDLL("libglib-2.0.so.0")

stateroot = dbus.SystemBus().get_object(NAME, "/org/projectatomic/aptostree1/OS/debian")
none = dbus.Array([], signature="s")
options = dbus.Dictionary({"initiating-command-line": "install.py " + sys.argv[1]}, signature="sv")
address = stateroot.PkgChange(options, [sys.argv[1]], none, dbus_interface=NAME + ".OS")

peer = dbus.connection.Connection(address)
transaction = peer.get_object(None, "/", introspect=False)
finished = []


def heard(*values, member=None):
    print(member, *values[:2], flush=True)
    if member == "Finished":
        finished.append(values)


peer.add_signal_receiver(heard, dbus_interface=TRANSACTION, member_keyword="member")
if not transaction.Start(dbus_interface=TRANSACTION):
    sys.exit("somebody else had started it")
while not finished:
    glib.g_main_context_iteration(None, 1)
success, message = finished[0]
sys.exit(0 if success else str(message))
