import type { StatusCause } from '../../kube/status.ts';

/** One wrong field each, in the words of Kubernetes' field.Error: reason, message, field. */
export const required = (field: string, why = ''): StatusCause => ({
  reason: 'FieldValueRequired',
  message: why === '' ? 'Required value' : `Required value: ${why}`,
  field,
});

export const invalidValue = (field: string, value: unknown, why: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${why}`,
  field,
});

/** A value of the wrong JSON type: only the type is told. */
export const wrongType = (field: string, type: string, why: string): StatusCause => ({
  reason: 'FieldValueTypeInvalid',
  message: `Invalid value: "${type}": ${why}`,
  field,
});

export const notSupported = (field: string, value: unknown, supported: readonly unknown[]): StatusCause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((each) => JSON.stringify(each)).join(', ')}`,
  field,
});

export const duplicateValue = (field: string, value: unknown): StatusCause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${JSON.stringify(value)}`,
  field,
});

export const notFoundValue = (field: string, value: unknown): StatusCause => ({
  reason: 'FieldValueNotFound',
  message: `Not found: ${JSON.stringify(value)}`,
  field,
});

export const forbiddenField = (field: string, why: string): StatusCause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
  field,
});

export const immutable = (field: string, value: unknown): StatusCause =>
  invalidValue(field, value, 'field is immutable');

/** The bound of ports, in upstream's words. */
export function portErrors(field: string, port: unknown): StatusCause[] {
  const isPort = typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65535;
  return isPort ? [] : [invalidValue(field, port ?? 0, 'must be between 1 and 65535, inclusive')];
}

export function nonNegative(field: string, value: unknown): StatusCause[] {
  const isWrong = typeof value === 'number' && value < 0;
  return isWrong ? [invalidValue(field, value, 'must be greater than or equal to 0')] : [];
}

export function oneOf(field: string, value: unknown, supported: readonly string[]): StatusCause[] {
  if (value === undefined || value === null || value === '') return [];
  return supported.includes(String(value)) ? [] : [notSupported(field, value, [...supported].sort())];
}
