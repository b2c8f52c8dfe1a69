/** What is called in ffi/watchdog.c, as data. Comments give the C types. */
export const symbols = {
  /**
   * int watchdog_arm(const char *answer, const char *log, const char *crashed, const char *hung,
   *                  unsigned step_seconds, unsigned max_seconds)
   */
  watchdog_arm: { parameters: ["buffer", "buffer", "buffer", "buffer", "u32", "u32"], result: "i32" },
  /** void watchdog_heartbeat(void) */
  watchdog_heartbeat: { parameters: [], result: "void" },
  /** void watchdog_disarm(void) */
  watchdog_disarm: { parameters: [], result: "void" },
} as const;
