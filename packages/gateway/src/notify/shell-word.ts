// Commands in an alert are pasted as they stand.

/** One word of a shell: what an account is called must run nothing when a tired person pastes the line. */
export function shellWord(account: string): string {
  return /^[\p{L}\p{N}_.@+][\p{L}\p{N}_.@+-]*$/u.test(account)
    ? account
    : `'${account.replaceAll("'", "'\\''")}'`;
}
