/** Calls to other services: pools, unix sockets, private authorities, retries of what is safe to repeat. */
export {
  createHttpClient,
  type HttpAnswer,
  type HttpCall,
  type HttpClient,
  HttpError,
} from './http-client.ts';
