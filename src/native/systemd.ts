// Word to the service manager.

/** Tells systemd a state (`READY=1`); nothing happens where no NOTIFY_SOCKET is set. */
export declare function notify(state: string): void;
