import { labelKey, labelValue } from '../../../../kube/names.ts';
import type { LabelSelector } from '../../../../kube/objects.ts';
import type { StatusCause } from '../../../../kube/status.ts';
import { forbiddenField, invalidValue, required } from '../../field-errors.ts';

/** Labels and selectors. Kubernetes: apimachinery/pkg/apis/meta/v1/validation. */
export function labelErrors(labels: Readonly<Record<string, string>> | undefined, path: string): StatusCause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const [wrongKey, wrongValue] = [labelKey(key), labelValue(value)];
    return [
      ...(wrongKey === undefined ? [] : [invalidValue(path, key, wrongKey)]),
      ...(wrongValue === undefined ? [] : [invalidValue(path, value, wrongValue)]),
    ];
  });
}

export function selectorErrors(selector: LabelSelector, path: string): StatusCause[] {
  const expressions = (selector.matchExpressions ?? []).flatMap((expression, index) =>
    expressionErrors(expression, `${path}.matchExpressions[${index}]`),
  );
  return [...labelErrors(selector.matchLabels, `${path}.matchLabels`), ...expressions];
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function expressionErrors({ key = '', operator, values = [] }: Partial<Expression>, path: string): StatusCause[] {
  const errors: StatusCause[] = [];
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(
          forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
      break;
    default:
      errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  }
  const wrongKey = labelKey(key);
  if (wrongKey) errors.push(invalidValue(`${path}.key`, key, wrongKey));
  values.forEach((value, index) => {
    const wrong = labelValue(value);
    if (wrong) errors.push(invalidValue(`${path}.values[${index}]`, value, wrong));
  });
  return errors;
}
