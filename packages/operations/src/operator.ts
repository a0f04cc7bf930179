/** The person who makes a change, and the request that carries it, as the audit trail records them. */
export interface Operator {
  userId: string;
  requestId: string;
  /** Address of the client, as our own proxies report it. */
  address?: string;
}
