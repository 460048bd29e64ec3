"""Trials that do not depend on each other, as many at once as there are cores."""

import os
from concurrent.futures import ThreadPoolExecutor


def each(attempt, items):
    """What attempt(item) gives for every item, in their order; attempts run in threads, each of which has folders of its own."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(attempt, items)
