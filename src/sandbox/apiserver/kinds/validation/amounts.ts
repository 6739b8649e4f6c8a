import type { StatusCause } from '../../../../kube/status.ts';
import { invalidValue, nonNegative } from '../../field-errors.ts';

/** Counts and shares. Kubernetes: pkg/apis/apps/validation, ValidatePositiveIntOrPercent and IsNotMoreThan100Percent. */
export function amountErrors(field: string, amount: number | string | undefined): StatusCause[] {
  if (typeof amount !== 'string') return nonNegative(field, amount);
  if (/^\d+%$/.test(amount)) return [];
  return [
    invalidValue(
      field,
      amount,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ];
}

/** An amount that is missing or left cannot be more than all there is. */
export function partErrors(field: string, amount: number | string | undefined): StatusCause[] {
  const errors = amountErrors(field, amount);
  if (errors.length > 0 || typeof amount !== 'string' || Number.parseInt(amount, 10) <= 100) return errors;
  return [invalidValue(field, amount, 'must not be greater than 100%')];
}
