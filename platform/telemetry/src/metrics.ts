import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';

export type Counter = PromCounter<string>;
export type Gauge = PromGauge<string>;
export type Histogram = PromHistogram<string>;

/** One registry a process. Asking twice for a name gives the same metric, so that services may be built twice. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  /** Buckets in seconds. */
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
  /** Prometheus text exposition format. */
  render(): Promise<string>;
}

const secondsBuckets = [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 60, 600];

/** Creates the registry; every metric name gets the prefix `vre_`. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const once = <M>(name: string, create: (fullName: string) => M): M => {
    const fullName = `vre_${name}`;
    return (registry.getSingleMetric(fullName) as M | undefined) ?? create(fullName);
  };
  return {
    counter: (name, help, labels = []) =>
      once(
        name,
        (fullName) =>
          new PromCounter({ name: fullName, help, labelNames: [...labels], registers: [registry] }),
      ),
    gauge: (name, help, labels = []) =>
      once(
        name,
        (fullName) => new PromGauge({ name: fullName, help, labelNames: [...labels], registers: [registry] }),
      ),
    histogram: (name, help, labels = [], buckets = secondsBuckets) =>
      once(
        name,
        (fullName) =>
          new PromHistogram({
            name: fullName,
            help,
            labelNames: [...labels],
            buckets: [...buckets],
            registers: [registry],
          }),
      ),
    render: () => registry.metrics(),
  };
}
