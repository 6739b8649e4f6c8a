import type { CustomResourceDefinition } from '../../../../kube/api-extensions.ts';
import { described } from './descriptions.ts';
import { configDefinitions } from './mesh-config.ts';
import { policyDefinitions } from './policies.ts';
import { smiDefinitions } from './smi.ts';

/** Every kind that osm-bootstrap installs. */
export function meshDefinitions(): CustomResourceDefinition[] {
  return [...configDefinitions(), ...policyDefinitions(), ...smiDefinitions()].map(described);
}
