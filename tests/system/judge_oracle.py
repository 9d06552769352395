#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tables that tests/unit/test_judge_oracle.c holds the judge's maths against.

The numbers are scikit-learn's and numpy's, not ours. `judge_oracle.py` writes
tests/support/oracle/*.csv; with --check it compares them with what is there instead.
Needs python3-sklearn.
"""
import pathlib
import sys

import numpy
from sklearn import metrics

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "support" / "oracle"
CASES = 16


def classification_case(random, index):
    """Scores in steps of 1/64 (ties for AUC), made distinct within a record so that top-k, where
    the judge and scikit-learn treat ties differently on purpose, has one answer."""
    classes = int(random.choice([2, 3, 5, 10]))
    inputs = int(random.integers(classes * 3, 45))
    labels = numpy.concatenate([numpy.arange(classes),
                                random.integers(0, classes, inputs - classes)])
    random.shuffle(labels)
    scores = numpy.array([random.permutation(64)[:classes] for _ in labels]) / 64.0
    for row, label in zip(scores, labels):  # better than chance, more so in later cases
        if random.random() < index / CASES:
            best = row.argmax()
            row[label], row[best] = row[best], row[label]
    return classes, labels, scores


def one_vs_rest(labels, scores, classes):
    if classes == 2:
        return metrics.roc_auc_score(labels, scores[:, 1])
    return numpy.mean([metrics.roc_auc_score(labels == c, scores[:, c]) for c in range(classes)])


def classification(random):
    lines = ["case,classes,top1,top2,recall,auc,label,outputs"]
    for index in range(CASES):
        classes, labels, scores = classification_case(random, index)
        every = numpy.arange(classes)
        top = [metrics.top_k_accuracy_score(
            labels, scores[:, 1] if classes == 2 else scores, k=k, labels=every)
            for k in (1, 2)] if classes > 2 else [
                metrics.accuracy_score(labels, scores.argmax(axis=1)), 1.0]
        answers = scores.argmax(axis=1)
        recall = metrics.recall_score(labels, answers, labels=every, average=None).min()
        auc = one_vs_rest(labels, scores, classes)
        head = f"{index},{classes},{top[0]!s},{top[1]!s},{recall!s},{auc!s}"
        for label, row in zip(labels, scores):
            lines.append(f"{head},{label}," + " ".join(str(float(x)) for x in row))
    return lines


def softmax_agrees(random):
    """roc_auc_score's own macro one-vs-rest wants rows that sum to 1: the mean above is the same."""
    labels = numpy.arange(60) % 4
    scores = random.random((60, 4))
    scores /= scores.sum(axis=1, keepdims=True)
    whole = metrics.roc_auc_score(labels, scores, multi_class="ovr", average="macro")
    assert abs(whole - one_vs_rest(labels, scores, 4)) < 1e-12


def percentiles(random):
    lines = ["percent,value,laps"]
    for _ in range(CASES):
        laps = random.integers(1, 5000, int(random.integers(20, 100)))
        for percent in (5, 50, 75, 90, 97.5):
            value = numpy.percentile(laps, percent, method="inverted_cdf")
            lines.append(f"{percent},{value}," + " ".join(str(x) for x in laps))
    return lines


def main():
    random = numpy.random.default_rng(20)
    softmax_agrees(random)
    tables = {"classification.csv": classification(random), "percentile.csv": percentiles(random)}
    FOLDER.mkdir(parents=True, exist_ok=True)
    wrong = 0
    for name, lines in tables.items():
        text = "\n".join(lines) + "\n"
        if "--check" in sys.argv[1:]:
            if (FOLDER / name).read_text() != text:
                print(f"{FOLDER / name} is not what this script writes", file=sys.stderr)
                wrong = 1
        else:
            (FOLDER / name).write_text(text)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
