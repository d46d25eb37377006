"""Latency, throughput and memory: figures for a profile."""
