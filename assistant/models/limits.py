"""Limits across threads: calls at once, requests a minute, tokens a minute, and a pause that a service asked for.

A call takes a slot before each request and hands in what it really used; a retry takes a new slot. Where calls wait for a
place, the lowest rank goes first, among equals the one that came first. The clock is monotonic; clock and sleep can be
given, so tests do not wait.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from assistant.settings import Settings

WINDOW = 60.0
Rank = tuple[int, ...]


class Places:
    """So many at once; a place that is left goes to the lowest rank that waits."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._lock = threading.Lock()
        self._waiting: list[tuple[Rank, int, threading.Lock]] = []
        self._arrivals = itertools.count()

    @contextmanager
    def one(self, rank: Rank = ()) -> Iterator[None]:
        self._take(rank)
        try:
            yield
        finally:
            self._leave()

    def _take(self, rank: Rank) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            called = threading.Lock()
            called.acquire()
            place = (rank, next(self._arrivals), called)
            heapq.heappush(self._waiting, place)
        try:
            called.acquire()
        except BaseException:  # Ctrl-C: whoever waits no longer must not be called
            self._give_up(place)
            raise

    def _give_up(self, place: tuple[Rank, int, threading.Lock]) -> None:
        with self._lock:
            waits = place in self._waiting
            if waits:
                self._waiting.remove(place)
                heapq.heapify(self._waiting)
        if not waits:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                heapq.heappop(self._waiting)[2].release()
            else:
                self._free += 1


class Slot:
    """One request under way; ``settle`` replaces the tokens reserved by those used."""

    __slots__ = ("at", "tokens")

    def __init__(self, at: float, tokens: int) -> None:
        self.at = at
        self.tokens = tokens

    def settle(self, tokens: int) -> None:
        self.tokens = tokens


class Limits:
    """0 means no limit. A request larger than the whole budget of a minute goes alone."""

    def __init__(
        self,
        concurrency: int,
        requests: int = 0,
        tokens: int = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._requests, self._tokens = requests, tokens
        self._clock, self._sleep = clock, sleep
        self._places = Places(concurrency)
        self._lock = threading.Lock()
        self._recent: deque[Slot] = deque()
        self._not_before = float("-inf")

    @contextmanager
    def slot(self, tokens: int = 0, rank: Rank = ()) -> Iterator[Slot]:
        """Waits until a request of about ``tokens`` may go."""
        with self._places.one(rank):
            yield self._take(tokens)

    def pause(self, seconds: float) -> None:
        """No request starts for so long: a service that said 429 means all our threads."""
        with self._lock:
            self._not_before = max(self._not_before, self._clock() + seconds)

    def _take(self, tokens: int) -> Slot:
        while True:
            with self._lock:
                wait = self._wait(self._clock(), tokens)
                if wait <= 0:
                    slot = Slot(self._clock(), tokens)
                    if self._requests or self._tokens:
                        self._recent.append(slot)
                    return slot
            self._sleep(wait)

    def _wait(self, now: float, tokens: int) -> float:
        if now < self._not_before:
            return self._not_before - now
        while self._recent and self._recent[0].at + WINDOW <= now:
            self._recent.popleft()
        wait = 0.0
        if self._requests and len(self._recent) >= self._requests:
            wait = self._recent[len(self._recent) - self._requests].at + WINDOW - now
        return max(wait, self._tokens_wait(now, min(tokens, self._tokens))) if self._tokens else wait

    def _tokens_wait(self, now: float, tokens: int) -> float:
        excess = sum(s.tokens for s in self._recent) + tokens - self._tokens
        wait = 0.0
        for slot in self._recent:
            if excess <= 0:
                break
            excess -= slot.tokens
            wait = slot.at + WINDOW - now
        return wait


@lru_cache(maxsize=16)
def _shared(base_url: str, concurrency: int, requests: int, tokens: int) -> Limits:
    return Limits(concurrency, requests, tokens)


def shared_limits(settings: Settings, base_url: str = "") -> Limits:
    """One set of limits for all roles and threads that talk to this base URL under these settings."""
    return _shared(base_url, settings.concurrency, settings.requests_per_minute, settings.tokens_per_minute)
