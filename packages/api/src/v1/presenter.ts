import type { AccountDetails, AccountPage, ApiKey, CreatedApiKey, Principal, TokenGrant } from '@plantcommunity/auth';
import type {
  HistoryPage,
  Identification,
  ProgressEvent,
  StoredFeedback,
  StoredIdentification,
} from '@plantcommunity/identification';
import type { AuditPage, MadeSignInLink, Overview, OverviewEvent } from '@plantcommunity/operations';
import type { ZodType } from 'zod';
import { type ErrorPresenter, problemPresenter } from '../errors/problem.ts';
import { alerts, type WireAlerts } from './admin/alert-wire.ts';
import { auditPage, type WireAuditPage } from './admin/audit-wire.ts';
import { overview, overviewEvent, type WireOverview, type WireOverviewEvent } from './admin/overview-wire.ts';
import { presentAuditPage } from './admin/present-audit.ts';
import { presentAlerts, presentOverview, presentOverviewEvent } from './admin/present-overview.ts';
import { presentMadeSignInLink, presentUserDetails, presentUserPage } from './admin/present-user.ts';
import {
  madeSignInLink,
  userDetails,
  userPage,
  type WireMadeSignInLink,
  type WireUserDetails,
  type WireUserPage,
} from './admin/user-wire.ts';
import { presentApiKey, presentApiKeys, presentCreatedApiKey } from './api-keys/present.ts';
import {
  apiKey,
  apiKeyList,
  createdApiKey,
  type WireApiKey,
  type WireApiKeyList,
  type WireCreatedApiKey,
} from './api-keys/wire.ts';
import { type CallerUsage, presentAccount, presentGrant, presentMe } from './auth/present.ts';
import { account, me, tokenGrant, type WireAccount, type WireMe, type WireTokenGrant } from './auth/wire.ts';
import type { ExportItem } from './plant-identification/history-export.ts';
import {
  type HealthReport,
  presentExported,
  presentFeedback,
  presentHealth,
  presentHistory,
  presentIdentification,
  presentProgress,
  presentStored,
} from './plant-identification/present.ts';
import {
  exportedIdentification,
  feedback,
  health,
  history,
  identification,
  progress,
  storedIdentification,
  type WireExportedIdentification,
  type WireFeedback,
  type WireHealth,
  type WireHistory,
  type WireIdentification,
  type WireProgress,
  type WireStoredIdentification,
} from './plant-identification/wire.ts';

/** How a version puts one kind of value on the wire. */
interface Presentation<Value, Shape> {
  schema: ZodType<Shape>;
  readonly present: (value: Value) => Shape;
}

/** The wire shapes of a version, by the value they show. */
export interface WireShapes {
  identification: object;
  storedIdentification: object;
  exportedIdentification: object;
  feedback: object;
  history: object;
  progress: object;
  health: { status: WireHealth['status'] };
  account: object;
  me: object;
  tokenGrant: object;
  apiKey: object;
  createdApiKey: { id: string };
  apiKeyList: object;
  overview: object;
  alerts: object;
  overviewEvent: object;
  auditPage: object;
  userPage: object;
  userDetails: object;
  madeSignInLink: object;
}

/** Puts the values of the domain, and errors, on the wire of one version. */
export interface Presenter<W extends WireShapes> {
  error: ErrorPresenter;
  identification: Presentation<Identification, W['identification']>;
  storedIdentification: Presentation<StoredIdentification, W['storedIdentification']>;
  exportedIdentification: Presentation<ExportItem, W['exportedIdentification']>;
  feedback: Presentation<StoredFeedback, W['feedback']>;
  history: Presentation<HistoryPage, W['history']>;
  progress: Presentation<ProgressEvent, W['progress']>;
  health: Presentation<HealthReport, W['health']>;
  account: Presentation<Principal, W['account']>;
  me: Presentation<CallerUsage, W['me']>;
  tokenGrant: Presentation<TokenGrant, W['tokenGrant']>;
  apiKey: Presentation<ApiKey, W['apiKey']>;
  createdApiKey: Presentation<CreatedApiKey, W['createdApiKey']>;
  apiKeyList: Presentation<readonly ApiKey[], W['apiKeyList']>;
  overview: Presentation<Overview, W['overview']>;
  alerts: Presentation<Overview['alerts'], W['alerts']>;
  overviewEvent: Presentation<OverviewEvent, W['overviewEvent']>;
  auditPage: Presentation<AuditPage, W['auditPage']>;
  userPage: Presentation<AccountPage, W['userPage']>;
  userDetails: Presentation<AccountDetails, W['userDetails']>;
  madeSignInLink: Presentation<{ link: MadeSignInLink; appUrl: URL }, W['madeSignInLink']>;
}

export interface V1Shapes extends WireShapes {
  identification: WireIdentification;
  storedIdentification: WireStoredIdentification;
  exportedIdentification: WireExportedIdentification;
  feedback: WireFeedback;
  history: WireHistory;
  progress: WireProgress;
  health: WireHealth;
  account: WireAccount;
  me: WireMe;
  tokenGrant: WireTokenGrant;
  apiKey: WireApiKey;
  createdApiKey: WireCreatedApiKey;
  apiKeyList: WireApiKeyList;
  overview: WireOverview;
  alerts: WireAlerts;
  overviewEvent: WireOverviewEvent;
  auditPage: WireAuditPage;
  userPage: WireUserPage;
  userDetails: WireUserDetails;
  madeSignInLink: WireMadeSignInLink;
}

export const presenter: Presenter<V1Shapes> = {
  error: problemPresenter,
  identification: { schema: identification, present: presentIdentification },
  storedIdentification: { schema: storedIdentification, present: presentStored },
  exportedIdentification: { schema: exportedIdentification, present: presentExported },
  feedback: { schema: feedback, present: presentFeedback },
  history: { schema: history, present: presentHistory },
  progress: { schema: progress, present: presentProgress },
  health: { schema: health, present: presentHealth },
  account: { schema: account, present: presentAccount },
  me: { schema: me, present: presentMe },
  tokenGrant: { schema: tokenGrant, present: presentGrant },
  apiKey: { schema: apiKey, present: presentApiKey },
  createdApiKey: { schema: createdApiKey, present: presentCreatedApiKey },
  apiKeyList: { schema: apiKeyList, present: presentApiKeys },
  overview: { schema: overview, present: presentOverview },
  alerts: { schema: alerts, present: presentAlerts },
  overviewEvent: { schema: overviewEvent, present: presentOverviewEvent },
  auditPage: { schema: auditPage, present: presentAuditPage },
  userPage: { schema: userPage, present: presentUserPage },
  userDetails: { schema: userDetails, present: presentUserDetails },
  madeSignInLink: { schema: madeSignInLink, present: presentMadeSignInLink },
};
