"""Traffic of a site whose truth is known: a month, or any period, of a French tea shop and its blog.

Access logs as OVH keeps them and the same visits as the WT1 tracker writes them, for tests, benchmarks and the demo.
"""

from dev.traffic.generate import FIRST_DAY, Written, generate

__all__ = ["FIRST_DAY", "Written", "generate"]
