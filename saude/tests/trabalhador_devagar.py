"""A worker that is to be killed in the middle: it does not end all of its work while the test is not looking."""

DEVAGAR = """
import django, time
django.setup()
from saude.processamento import em_massa, regenerar
def devagar(work):
    def slow(*args, **more):
        time.sleep(0.5)
        return work(*args, **more)
    return slow
em_massa._work = devagar(em_massa._work)
"""
