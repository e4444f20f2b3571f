/* A library of a version that does not exist. */
#include <dwell_detector.h>

static const dwell_library kLibrary = {DWELL_DETECTOR_ABI + 7u, sizeof(dwell_library), 0, 0};

const dwell_library* dwell_detector_library(void) { return &kLibrary; }
