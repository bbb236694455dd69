"""What the C library's allocator does for a process of many threads."""

import ctypes
import subprocess
import sys

import pytest

EIGHT_THREADS = """
import ctypes, threading
from kotoserver.cli.serve import share_heaps
{first}
libc = ctypes.CDLL(None)
for function in (libc.malloc, libc.fdopen):
    function.restype = ctypes.c_void_p
met = threading.Barrier(8)

def take_some():
    libc.malloc(100)
    met.wait()

threads = [threading.Thread(target=take_some) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
output = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, output)
libc.fflush(output)
"""


def heaps(first: str) -> int:
    command = [sys.executable, "-c", EIGHT_THREADS.format(first=first)]
    told = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)
    return told.stdout.count("<heap nr=")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library is not glibc")
def test_all_threads_of_a_server_share_two_heaps():
    assert heaps("share_heaps()") == 2
    assert heaps("pass") > 2
