/** What every service is and what it receives: the seam between `apps/vre` and `services/*`. */
export type { AuditFinding, Health, Service } from './service.ts';
export {
  type Clock,
  type Identifiers,
  type ServiceContext,
  systemClock,
  systemIdentifiers,
} from './service-context.ts';
