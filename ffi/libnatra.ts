/** natra's own few lines of C (ffi/watchdog.c), as data. Comments give the C types. */
export const symbols = {
  /** int natra_watchdog_arm(const char *answer, const char *log, const char *crashed, const char *hung, unsigned seconds, unsigned most) */
  natra_watchdog_arm: { parameters: ["buffer", "buffer", "buffer", "buffer", "u32", "u32"], result: "i32" },
  /** void natra_watchdog_alive(void) */
  natra_watchdog_alive: { parameters: [], result: "void" },
  /** void natra_watchdog_disarm(void) */
  natra_watchdog_disarm: { parameters: [], result: "void" },
} as const;
