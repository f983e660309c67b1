"""Whole populations of Leos: thousands of lives over a grid of settings, here or on a cluster.

>>> from leo.population import population                              # doctest: +SKIP
>>> people = await population(                                         # doctest: +SKIP
...     ["Hello, Leo.", "Do you like the rain?"],
...     seeds=range(100),
...     without=[(), "dream", "trauma"],
... )
>>> people.table, people.changes()                                     # doctest: +SKIP

Tables need pandas, a cluster needs Dask: ``pip install 'leo-organism[cluster]'`` has both.
"""

from leo.population.kept import read_population
from leo.population.lives import Life, Lives, Made
from leo.population.people import Difference, Mean, Population
from leo.population.populating import population
from leo.population.settings import Setting

__all__ = [
    "Difference",
    "Life",
    "Lives",
    "Made",
    "Mean",
    "Population",
    "Setting",
    "population",
    "read_population",
]
