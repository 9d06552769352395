/* SPDX-License-Identifier: Apache-2.0 */
#include "data/statistics.h"

#include <math.h>
#include <string.h>

/* What one channel shows over time; only finite values count. */
typedef struct StatisticsChannel {
	guint count;
	double min, max;
	double mean, squares; /* Welford: running mean, sum of squared deviations from it */
} StatisticsChannel;

static void statistics_channel(const double *values, guint count, guint channels,
                               StatisticsChannel *channel)
{
	*channel = (StatisticsChannel){.min = INFINITY, .max = -INFINITY};
	for (gsize i = 0; i < count; i++) {
		double value = values[i * channels];
		if (!isfinite(value))
			continue;
		channel->count++;
		channel->min = fmin(channel->min, value);
		channel->max = fmax(channel->max, value);
		double delta = value - channel->mean;
		channel->mean += delta / channel->count;
		channel->squares += delta * (value - channel->mean);
	}
}

/* min, max, mean and the count of values that are no numbers. */
static void statistics_range(const StatisticsChannel *all, guint count, guint channels,
                             RigStatistics *statistics)
{
	guint64 finite = 0;
	double min = INFINITY, max = -INFINITY, mean = 0;
	for (guint c = 0; c < channels; c++) {
		if (all[c].count == 0)
			continue;
		finite += all[c].count;
		min = fmin(min, all[c].min);
		max = fmax(max, all[c].max);
		/* Weighted running mean: a sum over everything could overflow where the mean does not. */
		mean += (all[c].mean - mean) * ((double)all[c].count / (double)finite);
	}
	statistics->not_finite = (guint64)count * channels - finite;
	if (finite == 0)
		return;
	statistics->min = min;
	statistics->max = max;
	statistics->mean = mean;
}

static void statistics_noise(const StatisticsChannel *all, guint channels,
                             RigStatistics *statistics)
{
	double sum = 0;
	guint counted = 0;
	for (guint c = 0; c < channels; c++) {
		if (all[c].count < 2)
			continue;
		sum += sqrt(all[c].squares / (all[c].count - 1));
		counted++;
		statistics->stuck += all[c].min == all[c].max;
	}
	if (counted > 0)
		statistics->noise = sum / counted;
}

static void statistics_saturation(const double *values, guint count, guint channels,
                                  const StatisticsChannel *all, RigStatistics *statistics)
{
	for (guint c = 0; c < channels; c++) {
		guint at_border = 0;
		for (gsize i = 0; i < count; i++) {
			double value = values[i * channels + c];
			at_border += value == statistics->min || value == statistics->max;
		}
		/* A channel that only ever knows the two borders is a switch, not a clipped signal. */
		statistics->saturated += at_border > count / 2 && at_border < all[c].count;
	}
}

static int statistics_compare_frames(const void *a, const void *b, gpointer user)
{
	const double *const *left = a, *const *right = b;
	const gsize *size = user;
	return memcmp(*left, *right, *size);
}

static guint statistics_duplicates(const double *values, guint count, guint channels)
{
	gsize size = (gsize)channels * sizeof *values;
	g_autofree const double **frames = g_new(const double *, count);
	for (gsize i = 0; i < count; i++)
		frames[i] = values + i * channels;
	g_qsort_with_data(frames, (gint)count, sizeof(double *), statistics_compare_frames, &size);
	guint duplicates = 0;
	for (guint i = 1; i < count; i++)
		duplicates += memcmp(frames[i - 1], frames[i], size) == 0;
	return duplicates;
}

void rig_statistics_of(const double *values, guint count, guint channels, RigStatistics *statistics)
{
	*statistics = (RigStatistics){
	    .count = count, .channels = channels, .min = NAN, .max = NAN, .mean = NAN, .noise = NAN};
	if (count == 0 || channels == 0 || count > G_MAXINT)
		return;
	g_autofree StatisticsChannel *all = g_new(StatisticsChannel, channels);
	for (guint c = 0; c < channels; c++)
		statistics_channel(values + c, count, channels, &all[c]);
	statistics_range(all, count, channels, statistics);
	if (count < 2)
		return;
	statistics_noise(all, channels, statistics);
	statistics_saturation(values, count, channels, all, statistics);
	statistics->duplicates = statistics_duplicates(values, count, channels);
}

static int statistics_compare_values(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

/* The finite values of one channel, sorted, into `column`; returns how many. */
static guint statistics_column(const double *values, guint count, guint channels, double *column)
{
	guint finite = 0;
	for (gsize i = 0; i < count; i++) {
		double value = values[i * channels];
		if (isfinite(value))
			column[finite++] = value;
	}
	qsort(column, finite, sizeof *column, statistics_compare_values);
	return finite;
}

/* Largest distance between the two empirical distributions; both columns sorted, not empty. */
static double statistics_distance(const double *a, guint a_count, const double *b, guint b_count)
{
	double largest = 0;
	guint i = 0, j = 0;
	while (i < a_count && j < b_count) {
		double step = fmin(a[i], b[j]);
		while (i < a_count && a[i] == step)
			i++;
		while (j < b_count && b[j] == step)
			j++;
		largest = fmax(largest, fabs((double)i / a_count - (double)j / b_count));
	}
	return largest;
}

double rig_statistics_drift(const double *a, guint a_count, const double *b, guint b_count,
                            guint channels)
{
	if (a_count == 0 || b_count == 0 || channels == 0)
		return NAN;
	g_autofree double *left = g_new(double, a_count);
	g_autofree double *right = g_new(double, b_count);
	double largest = 0;
	for (guint c = 0; c < channels; c++) {
		guint left_count = statistics_column(a + c, a_count, channels, left);
		guint right_count = statistics_column(b + c, b_count, channels, right);
		if (left_count == 0 || right_count == 0)
			return NAN;
		largest = fmax(largest, statistics_distance(left, left_count, right, right_count));
	}
	return largest;
}

double rig_statistics_rate_hz(const gint64 *at_us, guint count)
{
	if (count < 2)
		return NAN;
	for (guint i = 1; i < count; i++)
		if (at_us[i] < at_us[i - 1])
			return NAN;
	/* Unsigned, because two signed 64-bit times may lie further apart than one can hold. */
	guint64 span_us = (guint64)at_us[count - 1] - (guint64)at_us[0];
	return span_us == 0 ? NAN : (double)(count - 1) * 1e6 / (double)span_us;
}
