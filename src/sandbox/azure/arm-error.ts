/** What else an answer of refusal has: its envelope, and headers of its own. */
export interface ArmErrorDetails {
  /** Who refuses: Resource Manager itself, or AKS behind it, whose errors come without the envelope `error`. */
  from?: 'gateway' | 'aks';
  target?: string;
  /** As policies explain themselves. */
  additionalInfo?: readonly object[];
  headers?: Readonly<Record<string, string>>;
}

/** A refusal of Resource Manager: HTTP status, Azure's code and Azure's words. Anything else thrown is a bug of ours. */
export class ArmError extends Error {
  override readonly name = 'ArmError';
  readonly status: number;
  readonly code: string;
  readonly details: ArmErrorDetails;

  constructor(status: number, code: string, message: string, details: ArmErrorDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /** As it goes over the wire. */
  get body(): object {
    const { from, target, additionalInfo } = this.details;
    const error = {
      code: this.code,
      ...(target === undefined ? {} : { target }),
      message: this.message,
      ...(additionalInfo === undefined ? {} : { additionalInfo }),
    };
    return from === 'aks' ? { ...error, details: null, subcode: '' } : { error };
  }
}

/** A refusal by AKS. */
export const aksError = (status: number, code: string, message: string, target?: string): ArmError =>
  new ArmError(status, code, message, { from: 'aks', ...(target === undefined ? {} : { target }) });

export const resourceGroupNotFound = (name: string): ArmError =>
  new ArmError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);

export const resourceNotFound = (type: string, name: string, group: string): ArmError =>
  new ArmError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );

export const resourceGroupBeingDeleted = (name: string): ArmError =>
  new ArmError(
    409,
    'ResourceGroupBeingDeleted',
    `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`,
  );

export const subscriptionNotFound = (id: string): ArmError =>
  new ArmError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);

export const badRequest = (message: string): ArmError => aksError(400, 'BadRequest', message);

export const operationPending = (state: string): ArmError =>
  aksError(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: Another operation (${state}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`,
  );

export const providerNotRegistered = (namespace: string): ArmError =>
  new ArmError(
    409,
    'MissingSubscriptionRegistration',
    `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
  );
