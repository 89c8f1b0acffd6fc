// Where to listen, and with which certificate, as configured.

export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}
