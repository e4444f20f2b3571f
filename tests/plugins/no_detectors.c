/* A shared library that has nothing to do with Dwell. */
int dwell_is_not_here(void);
int dwell_is_not_here(void) { return 42; }
