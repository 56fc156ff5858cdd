/** Structured logs with redaction and Prometheus metrics. */
export { createLogger, type Logger, type LogLevel } from './logger.ts';
export { type Counter, createMetrics, type Gauge, type Histogram, type Metrics } from './metrics.ts';
