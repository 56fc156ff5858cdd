/** What every service is and what it receives: the seam between `apps/vre` and `services/*`. */
export type { AuditFinding, Health, Service } from './service.ts';
export {
  type Addresses,
  audiences,
  type Clock,
  type Identifiers,
  lakeCapabilitySet,
  type OidcClient,
  type ServiceContext,
  type ServiceName,
  systemClock,
  systemIdentifiers,
} from './service-context.ts';
