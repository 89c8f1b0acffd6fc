export { freePort } from '../../examples/portal/free-port.ts';
