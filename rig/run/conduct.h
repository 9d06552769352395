/* SPDX-License-Identifier: Apache-2.0 */
/* One run as the supervisor sees it: its worker, where it stands, what comes next. */
#ifndef RIG_RUN_CONDUCT_H
#define RIG_RUN_CONDUCT_H

#include "run/supervisor.h"

typedef struct RigConduct RigConduct;

/* What all runs of a session share. Borrowed. */
typedef struct RigConductSession {
	const RigPlan *plan;
	const RigSuperviseOptions *options;
	const RigObserver *observer;
	RigSessionReport *report;
	int stop_fd;                                       /* readable once the session is to stop */
	void (*ended)(gpointer user, RigConduct *conduct); /* called once, from the main loop */
	gpointer user;
} RigConductSession;

/*
 * Starts a run on the default main context: makes its folder and its worker. Its report is added
 * to the session at once. What goes wrong shows in the report; `ended` comes in any case.
 */
RigConduct *rig_conduct_start(const RigConductSession *session, const RigPlannedRun *planned);

/* Asks for an early end: the attempt is ended, the board made safe. `why` for people. */
void rig_conduct_stop(RigConduct *conduct, const char *why, gboolean interrupted);
/* Ends the worker without asking. */
void rig_conduct_kill(RigConduct *conduct);

const RigPlannedRun *rig_conduct_planned(const RigConduct *conduct);
/* TRUE: a case did not pass, and the board is to stay as it is. */
gboolean rig_conduct_holds(const RigConduct *conduct);
void rig_conduct_free(RigConduct *conduct);

#endif
