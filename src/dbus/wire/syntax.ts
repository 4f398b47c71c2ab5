// Syntax of paths and names, as the D-Bus specification has it.

const MAX_NAME = 255;

export function isObjectPath(text: string): boolean {
  return text === '/' || /^(\/[A-Za-z0-9_]+)+$/.test(text);
}

export function isInterfaceName(text: string): boolean {
  return text.length <= MAX_NAME && /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$/.test(text);
}

export function isMemberName(text: string): boolean {
  return text.length <= MAX_NAME && /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** A well-known name or a unique one. */
export function isBusName(text: string): boolean {
  if (text.length > MAX_NAME) return false;
  return text.startsWith(':')
    ? /^:[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/.test(text)
    : /^[A-Za-z_-][A-Za-z0-9_-]*(\.[A-Za-z_-][A-Za-z0-9_-]*)+$/.test(text);
}
