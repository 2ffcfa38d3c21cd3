"""Splink on Spark, for an index that one machine cannot hold: the same rows, the same conditions, the same model.

Called by the commands when they are given a master. pyspark is not among the locked packages: an agency that has a
cluster has its own version. What Spark spills to the disks of the cluster is encrypted, and holds names and tokens only.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from splink import Linker, SparkAPI
from splink.internals.spark.jar_location import similarity_jar_location

from kecs.records.linkage.comparisons import Dialect
from kecs.records.linkage.engine import WANTED, batches
from kecs.records.linkage.rows import Row


def spark_session(master: str) -> SparkSession:
    """A session on this master (local[2], spark://host:7077, yarn). Everything else is Spark's own configuration."""
    return (
        SparkSession.builder.appName("kecs duplicates")
        .master(master)
        .config("spark.jars", similarity_jar_location())
        .config("spark.io.encryption.enabled", "true")
        .config("spark.network.crypto.enabled", "true")
        .config("spark.authenticate", "true")
        .config("spark.ui.enabled", "false")  # a page for everybody on the network
        .getOrCreate()
    )


class SparkEngine:
    """One run on a session that the caller opened, and stops."""

    dialect = Dialect.SPARK
    faults: tuple[type[Exception], ...] = (PySparkException, Py4JError)

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._frames: list[DataFrame] = []
        self.records = 0

    def load(self, rows: Iterable[Row]) -> None:
        """Take the rows in, a batch at a time."""
        for batch in batches(rows):
            self._frames.append(self._session.createDataFrame(batch))
            self.records += batch.num_rows

    def linker(self, settings: dict[str, Any]) -> Linker:
        """Splink on the loaded rows."""
        # Kept between the steps in memory and encrypted files, never in files of its own.
        api = SparkAPI(spark_session=self._session, break_lineage_method="persist")  # type: ignore[no-untyped-call]
        records = reduce(DataFrame.unionAll, self._frames)
        return Linker(api.register(records), settings, log_level=None, validate_settings=False)

    def fetched(self, result: Any) -> Iterator[dict[str, Any]]:
        """What is wanted of a result, row by row."""
        for row in result.as_spark_dataframe().select(*WANTED).toLocalIterator():
            yield row.asDict()

    def close(self) -> None:
        """Forget everything."""
        self._frames.clear()
        self._session.catalog.clearCache()
