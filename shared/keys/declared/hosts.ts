/** To which hosts a description lets its provider speak. */
import { isIP } from 'node:net';
import { TargetMismatchError } from '../../rotation/errors.ts';
import { forbidden, isAllowedAddress } from '../api/public-address.ts';
import type { Description } from './description.ts';
import { filled, inPath, type Values } from './placeholders.ts';

/** api.example.com, *.example.com, api.example.com:8443. A star stands for one label, and never for a top-level domain's only one. */
const ENTRY = /^(?:\*\.(?=[^:]*\.))?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/;
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/;

/** What is wrong with an entry of the list. */
export function faultOfEntry(entry: string, isPrivateAllowed: boolean): string | undefined {
  if (!ENTRY.test(entry))
    return 'is not a host name in small letters (api.example.com, *.example.com, api.example.com:8443)';
  const host = entry.replace('*.', 'x.');
  if (!URL.canParse(`https://${host}`)) return 'is neither a name nor an address';
  const { hostname } = new URL(`https://${host}`);
  if (hostname !== host.replace(/:\d+$/, '')) return 'is another spelling of an address';
  if (isIP(hostname) !== 0 && !isAllowedAddress(hostname, isPrivateAllowed))
    return 'is an address where no credential goes';
  return undefined;
}

export interface Place {
  /** 'https://api.example.com' */
  readonly origin: string;
  /** What `base` has behind the host: '/v1', or nothing. */
  readonly path: string;
}

/** Undefined: not 'https://host' or 'https://host/path'. */
export function splitUrl(url: string): { host: string; path: string } | undefined {
  const [, host, path = ''] = /^https:\/\/([^/?#\\@\s]+)(\/[^?#\\\s]*)?$/.exec(url) ?? [];
  return host === undefined ? undefined : { host, path: path.replace(/\/$/, '') };
}

/** Throws before anything is connected: TargetMismatchError for a host that is not on the list, UnreachableError for an address. */
export function placeOf(url: string, values: Values, description: Description): Place {
  const { host: template, path } = splitUrl(url) ?? { host: '', path: '' };
  const host = filled(template, values, (text) => text).toLowerCase();
  if (!isListed(host, description.hosts)) {
    throw new TargetMismatchError(`the host of ${description.name} is not on the list of its description`, {
      hint: `correct ${fieldsIn(template)} with put-secret-value, or add the host to hosts in the description`,
    });
  }
  const { hostname } = new URL(`https://${host}`);
  if (hostname !== host.replace(/:\d+$/, '')) throw forbidden(host, hostname);
  if (isIP(hostname) !== 0 && !isAllowedAddress(hostname, description.private ?? false))
    throw forbidden(hostname, hostname);
  return { origin: `https://${host}`, path: filled(path, values, inPath) };
}

export function isListed(host: string, hosts: readonly string[]): boolean {
  return HOST.test(host) && URL.canParse(`https://${host}`) && hosts.some((entry) => isCovered(host, entry));
}

function isCovered(host: string, entry: string): boolean {
  if (!entry.startsWith('*.')) return host === entry;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot + 1) === entry.slice(2);
}

function fieldsIn(template: string): string {
  const names = [...template.matchAll(/\{\{\s*current\.([^{}]*?)\s*\}\}/g)].map(([, name]) => `field ${name}`);
  return names.join(', ') || 'it';
}
