"""How well the Korean evaluator judges, measured on cases and on sentences made from the scenes' own.

    python -m bench.quality                 the whole table, held against the last report; status 1 if worse
    python -m bench.quality --show 20       with that many of the misjudged sentences of each kind
    python -m bench.quality --write         and the figures written down as the new report

Development data is read from `../shared/data/evaluation` beside the project; what is absent is said so.
"""
