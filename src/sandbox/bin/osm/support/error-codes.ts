/**
 * OSM's error codes with what each says of itself; lines end where `osm support error-info` looks for its width (OSM 1.2.4:
 * pkg/errcode/errcode.go, Apache License 2.0). Data of a table, so it may be long.
 */
export const errorCodes: readonly (readonly [code: number, lines: readonly string[]])[] = [
  [1000, ['An invalid command line argument was passed to the application.']],
  [1001, ['The specified log level could not be set in the system.']],
  [1002, ['The osm-controller k8s pod resource was not able to be retrieved by the system.']],
  [1003, ['The osm-injector k8s pod resource was not able to be retrieved by the system.']],
  [1004, ['The Ingress client created by the osm-controller to monitor Ingress resources', 'failed to start.']],
  [
    1005,
    ["The Reconciler client to monitor updates and deletes to OSM's CRDs and mutating webhook", 'failed to start.'],
  ],
  [
    2000,
    [
      'An error was encountered while attempting to deduplicate traffic matching attributes',
      '(destination port, protocol, IP address etc.) used for matching egress traffic.',
      'The applied egress policies could be conflicting with each other, and the system',
      'was unable to process affected egress policies.',
    ],
  ],
  [
    2001,
    [
      'An error was encountered while attempting to deduplicate upstream clusters associated',
      'with the egress destination.',
      'The applied egress policies could be conflicting with each other, and the system',
      'was unable to process affected egress policies.',
    ],
  ],
  [
    2002,
    [
      'An invalid IP address range was specified in the egress policy. The IP address range',
      'must be specified as as a CIDR notation IP address and prefix length, like "192.0.2.0/24",',
      'as defined in RFC 4632.',
      'The invalid IP address range was ignored by the system.',
    ],
  ],
  [
    2003,
    [
      'An invalid match was specified in the egress policy.',
      'The specified match was ignored by the system while applying the egress policy.',
    ],
  ],
  [
    2004,
    [
      'The SMI HTTPRouteGroup resource specified as a match in an egress policy was not found.',
      'Please verify that the specified SMI HTTPRouteGroup resource exists in the same namespace',
      'as the egress policy referencing it as a match.',
    ],
  ],
  [
    2005,
    [
      'The SMI HTTPRouteGroup resources specified as a match in an SMI TrafficTarget policy was',
      'unable to be retrieved by the system.',
      'The associated SMI TrafficTarget policy was ignored by the system. Please verify that the',
      'matches specified for the Traffictarget resource exist in the same namespace as the',
      'TrafficTarget policy referencing the match.',
    ],
  ],
  [
    2006,
    [
      'The SMI HTTPRouteGroup resource is invalid as it does not have any matches specified.',
      'The SMI HTTPRouteGroup policy was ignored by the system.',
    ],
  ],
  [
    2007,
    [
      'There are multiple SMI traffic split policies associated with the same apex(root)',
      'service specified in the policies. The system does not support this scenario so',
      'onlt the first encountered policy is processed by the system, subsequent policies',
      'referring the same apex service are ignored.',
    ],
  ],
  [
    2008,
    [
      'There was an error adding a route match to an outbound traffic policy representation',
      'within the system.',
      'The associated route was ignored by the system.',
    ],
  ],
  [
    2009,
    [
      'The inbound TrafficTargets composed of their routes for a given destination',
      'ServiceIdentity could not be configured.',
    ],
  ],
  [2010, ['An applied SMI TrafficTarget policy has an invalid destination kind.']],
  [2011, ['An applied SMI TrafficTarget policy has an invalid source kind.']],
  [3000, ["The system found 0 endpoints to be reached when the service's FQDN was resolved."]],
  [3001, ['A Kubernetes resource could not be marshalled.']],
  [3002, ['A Kubernetes resource could not be unmarshalled.']],
  [4000, ['The Kubernetes secret containing the certificate could not be retrieved by the system.']],
  [4001, ["The certificate specified by name could not be obtained by key from the secret's data."]],
  [4002, ["The private key specified by name could not be obtained by key from the secret's data."]],
  [4003, ["The certificate expiration specified by name could not be obtained by key from the secret's", 'data.']],
  [4004, ["The certificate expiration obtained from the secret's data by name could not be parsed."]],
  [4005, ['The secret containing a certificate could not be created by the system.']],
  [4006, ['A private key failed to be generated.']],
  [
    4007,
    ['The specified private key could be be could not be converted from a DER encoded key to a', 'PEM encoded key.'],
  ],
  [4008, ['The certificate request fails to be created when attempting to issue a certificate.']],
  [4009, ['When creating a new certificate authority, the root certificate could not be obtained by', 'the system.']],
  [
    4010,
    [
      'The specified certificate could not be converted from a DER encoded certificate to a PEM',
      'encoded certificate.',
    ],
  ],
  [4011, ['The specified PEM encoded certificate could not be decoded.']],
  [4012, ["The specified PEM privateKey for the certificate authority's root certificate could not", 'be decoded.']],
  [4013, ['An unspecified error occurred when issuing a certificate from the certificate manager.']],
  [4014, ['An error occurred when creating a certificate to issue from the certificate manager.']],
  [4015, ['The certificate authority privided when issuing a certificate was invalid.']],
  [4016, ['The specified certificate could not be rotated.']],
  [4100, ['Failed parsing object into PubSub message.']],
  [4150, ['Failed initial cache sync for config.openservicemesh.io informer.']],
  [4151, ['Failed to cast object to MeshConfig.']],
  [4152, ['Failed to fetch MeshConfig from cache with specific key.']],
  [4153, ['Failed to marshal MeshConfig into other format.']],
  [5000, ['A XDS resource could not be marshalled.']],
  [
    5001,
    [
      'The XDS certificate common name could not be parsed. The CN should be of the form',
      '<proxy-UUID>.<kind>.<proxy-identity>.',
    ],
  ],
  [
    5002,
    [
      "The proxy UUID obtained from parsing the XDS certificate's common name did not match",
      'the osm-proxy-uuid label value for any pod. The pod associated with the specified Envoy',
      'proxy could not be found.',
    ],
  ],
  [
    5003,
    [
      'A pod in the mesh belongs to more than one service. By Open Service Mesh convention',
      'the number of services a pod can belong to is 1. This is a limitation we set in place',
      'in order to make the mesh easy to understand and reason about. When a pod belongs to',
      'more than one service XDS will not program the Envoy proxy, leaving it out of the mesh.',
    ],
  ],
  [
    5004,
    [
      'The Envoy proxy data structure created by ADS to reference an Envoy proxy sidecar from',
      "a pod's osm-proxy-uuid label could not be configured.",
    ],
  ],
  [5005, ['A GRPC connection failure occurred and the ADS is no longer able to receive', 'DiscoveryRequests.']],
  [5006, ['The DiscoveryResponse configured by ADS failed to send to the Envoy proxy.']],
  [5007, ['The resources to be included in the DiscoveryResponse could not be generated.']],
  [
    5008,
    [
      'The aggregated resources generated for a DiscoveryResponse failed to be configured as',
      'a new snapshot in the Envoy xDS Aggregate Discovery Services cache.',
    ],
  ],
  [5009, ['The Aggregate Discovery Server (ADS) created by the OSM controller failed to start.']],
  [
    5010,
    [
      'The ServiceAccount referenced in the NodeID does not match the ServiceAccount',
      'specified in the proxy certificate.',
      'The proxy was not allowed to be a part of the mesh.',
    ],
  ],
  [
    5011,
    [
      'The gRPC stream was closed by the proxy and no DiscoveryRequests can be received.',
      'The Stream Agreggated Resource server was terminated for the specified proxy.',
    ],
  ],
  [
    5012,
    [
      'The envoy proxy has not completed the initialization phase and it is not ready',
      'to receive broadcast updates from control plane related changes. New versions',
      'should not be pushed if the first request has not be received.',
      'The broadcast update was ignored for that proxy.',
    ],
  ],
  [5013, ['The TypeURL of the resource being requested in the DiscoveryRequest is invalid.']],
  [5014, ['The version of the DiscoveryRequest could not be parsed by ADS.']],
  [
    5015,
    [
      'An Envoy egress cluster which routes traffic to its original destination could not',
      'be configured. When a Host is not specified in the cluster config, the original',
      'destination is used.',
    ],
  ],
  [
    5016,
    [
      'An Envoy egress cluster that routes traffic based on the specified Host resolved',
      'using DNS could not be configured.',
    ],
  ],
  [5017, ['An Envoy cluster that corresponds to a specified upstream service could not be', 'configured.']],
  [5018, ['The meshed services corresponding a specified Envoy proxy could not be listed.']],
  [
    5019,
    [
      'Multiple Envoy clusters with the same name were configured. The duplicate clusters',
      'will not be sent to the Envoy proxy in a ClusterDiscovery response.',
    ],
  ],
  [
    5020,
    [
      'The application protocol specified for a port is not supported for ingress',
      'traffic. The XDS filter chain for ingress traffic to the port was not created.',
    ],
  ],
  [5021, ['An XDS filter chain could not be constructed for ingress.']],
  [
    5022,
    [
      'A traffic policy rule could not be configured as an RBAC rule on the proxy.',
      'The corresponding rule was ignored by the system.',
    ],
  ],
  [
    5023,
    [
      'The SDS certificate resource could not be unmarshalled.',
      'The corresponding certificate resource was ignored by the system.',
    ],
  ],
  [
    5024,
    [
      'An XDS secret containing a TLS certificate could not be retrieved.',
      'The corresponding secret request was ignored by the system.',
    ],
  ],
  [5025, ['The SDS secret does not correspond to a MeshService.']],
  [5026, ['The SDS secret does not correspond to a ServiceAccount.']],
  [
    5027,
    [
      'The identity obtained from the SDS certificate request does not match the',
      'identity of the proxy.',
      'The corresponding certificate request was ignored by the system.',
    ],
  ],
  [6100, ['A protobuf ProtoMessage could not be converted into YAML.']],
  [
    6101,
    ['The mutating webhook certificate could not be parsed.', 'The mutating webhook HTTP server was not started.'],
  ],
  [6102, ['The sidecar injection webhook HTTP server failed to start.']],
  [6103, ['An AdmissionRequest could not be decoded.']],
  [6104, ['The timeout from an AdmissionRequest could not be parsed.']],
  [6105, ["The AdmissionRequest's header was invalid. The content type obtained from the", 'header is not supported.']],
  [6106, ['The AdmissionResponse could not be written.']],
  [6107, ['The AdmissionRequest was empty.']],
  [
    6108,
    ['It could not be determined if the pod specified in the AdmissionRequest is', 'enabled for sidecar injection.'],
  ],
  [
    6109,
    [
      'It could not be determined if the namespace specified in the',
      'AdmissionRequest is enabled for sidecar injection.',
    ],
  ],
  [
    6110,
    [
      'The port exclusions for a pod could not be obtained.',
      "No port exclusions are added to the init container's spec.",
    ],
  ],
  [6111, ['The AdmissionRequest body could not be read.']],
  [6112, ['The AdmissionRequest body was nil.']],
  [6113, ['The MutatingWebhookConfiguration could not be created.']],
  [6114, ['The MutatingWebhookConfiguration could not be updated.']],
  [6700, ['An error occurred when shutting down the validating webhook HTTP server.']],
  [6701, ['The validating webhook HTTP server failed to start.']],
  [
    6702,
    ['The validating webhook certificate could not be parsed.', 'The validating webhook HTTP server was not started.'],
  ],
  [6703, ['The ValidatingWebhookConfiguration could not be created.']],
  [7000, ['An error occurred while reconciling the updated CRD to its original state.']],
  [7001, ['An error occurred while reconciling the deleted CRD.']],
  [7002, ['An error occurred while reconciling the updated mutating webhook to its original state.']],
  [7003, ['An error occurred while reconciling the deleted mutating webhook.']],
  [7004, ['An error occurred while while reconciling the updated validating webhook to its original state.']],
  [7005, ['An error occurred while reconciling the deleted validating webhook.']],
];
