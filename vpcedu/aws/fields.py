"""Fields: every kind of answer (EC2 and ELB APIs): its top-level key, its id, its known fields.

A known field is used, or says nothing about where packets go. What is not in these lists is new to
this package and reported.
"""

from __future__ import annotations

IDS = {
    "Vpcs": "VpcId", "Subnets": "SubnetId", "RouteTables": "RouteTableId", "SecurityGroups": "GroupId",
    "NetworkAcls": "NetworkAclId", "InternetGateways": "InternetGatewayId", "NatGateways": "NatGatewayId",
    "Instances": "InstanceId", "NetworkInterfaces": "NetworkInterfaceId", "Addresses": "PublicIp",
    "VpcPeeringConnections": "VpcPeeringConnectionId", "VpcEndpoints": "VpcEndpointId", "PrefixLists": "PrefixListId",
    "LoadBalancers": "LoadBalancerArn", "TargetGroups": "TargetGroupArn", "Listeners": "ListenerArn",
    "Rules": "RuleArn", "LoadBalancerDescriptions": "LoadBalancerName",
    "VpcBlockPublicAccessOptions": "AwsRegion", "VpcBlockPublicAccessExclusions": "ExclusionId",
    "TransitGatewayRouteTables": "TransitGatewayRouteTableId",
    "TransitGatewayVpcAttachments": "TransitGatewayAttachmentId",
    "TransitGatewayAttachments": "TransitGatewayAttachmentId",
}  # fmt: skip
SUBJECTLESS = (
    "TargetHealthDescriptions", "Attributes", "LoadBalancerAttributes", "Entries", "PolicyDescriptions",
    "Routes",
)  # fmt: skip
PAGING = ("NextToken", "NextMarker", "Marker")
ENVELOPE = (*PAGING, "ResponseMetadata", "For", "Output", "AdditionalRoutesAvailable")
CALLS = {
    "Vpcs": "ec2 describe-vpcs", "Subnets": "ec2 describe-subnets", "RouteTables": "ec2 describe-route-tables",
    "SecurityGroups": "ec2 describe-security-groups", "NetworkAcls": "ec2 describe-network-acls",
    "InternetGateways": "ec2 describe-internet-gateways", "NatGateways": "ec2 describe-nat-gateways",
    "Instances": "ec2 describe-instances", "NetworkInterfaces": "ec2 describe-network-interfaces",
    "Addresses": "ec2 describe-addresses", "VpcPeeringConnections": "ec2 describe-vpc-peering-connections",
    "VpcEndpoints": "ec2 describe-vpc-endpoints", "PrefixLists": "ec2 describe-managed-prefix-lists",
    "LoadBalancers": "elbv2 describe-load-balancers", "TargetGroups": "elbv2 describe-target-groups",
    "Listeners": "elbv2 describe-listeners", "Rules": "elbv2 describe-rules",
    "LoadBalancerDescriptions": "elb describe-load-balancers",
    "TargetHealthDescriptions": "elbv2 describe-target-health",
    "Attributes": "elbv2 describe-load-balancer-attributes",
    "LoadBalancerAttributes": "elb describe-load-balancer-attributes",
    "Entries": "ec2 get-managed-prefix-list-entries",
    "PolicyDescriptions": "elb describe-load-balancer-policies",
    "VpcBlockPublicAccessOptions": "ec2 describe-vpc-block-public-access-options",
    "VpcBlockPublicAccessExclusions": "ec2 describe-vpc-block-public-access-exclusions",
    "TransitGatewayRouteTables": "ec2 describe-transit-gateway-route-tables",
    "TransitGatewayVpcAttachments": "ec2 describe-transit-gateway-vpc-attachments",
    "TransitGatewayAttachments": "ec2 describe-transit-gateway-attachments",
    "Routes": "ec2 search-transit-gateway-routes",
}  # fmt: skip
COMMANDS = {
    kind: CALLS[kind]
    for kind in (
        "RouteTables",
        "SecurityGroups",
        "NetworkAcls",
        "InternetGateways",
        "NetworkInterfaces",
        "Subnets",
    )
}
EVERYWHERE = {  # of these every packet meets some: without them nothing can be told
    "RouteTables": "route tables", "SecurityGroups": "security groups", "NetworkAcls": "network ACLs",
    "NetworkInterfaces": "network interfaces", "Subnets": "subnets",
}  # fmt: skip
ASIDE = {  # answers that are not used and decide about packets all the same; a route to what others tell ends the model
    "VpcEncryptionControls": "encryption control",
    "InstanceStates": "the health of a Classic Load Balancer's instances",
}
WHOLE = {  # a row of each kind by itself, as --query prints it, has these fields at least
    "Reservations": "ReservationId Instances", "Instances": "InstanceId State NetworkInterfaces",
    "Addresses": "PublicIp Domain", "NatGateways": "NatGatewayId NatGatewayAddresses State",
    "NetworkInterfaces": "NetworkInterfaceId SubnetId Groups", "VpcEndpoints": "VpcEndpointId ServiceName State",
    "RouteTables": "RouteTableId Routes Associations", "NetworkAcls": "NetworkAclId Entries Associations",
    "SecurityGroups": "GroupId IpPermissions IpPermissionsEgress",
    "InternetGateways": "InternetGatewayId Attachments", "VpcPeeringConnections": "VpcPeeringConnectionId Status",
    "PrefixLists": "PrefixListId PrefixListName", "Rules": "RuleArn Actions Conditions",
    "Listeners": "ListenerArn DefaultActions Port", "TargetGroups": "TargetGroupArn TargetGroupName TargetType",
    "LoadBalancers": "LoadBalancerArn AvailabilityZones Type",
    "LoadBalancerDescriptions": "LoadBalancerName ListenerDescriptions", "Subnets": "SubnetId VpcId CidrBlock",
    "Vpcs": "VpcId CidrBlock",
}  # fmt: skip

KNOWN = {
    kind: frozenset(fields.split())
    for kind, fields in {
        "Vpcs": """OwnerId InstanceTenancy Ipv6CidrBlockAssociationSet CidrBlockAssociationSet
            IsDefault EncryptionControl Tags BlockPublicAccessStates VpcId State CidrBlock
            DhcpOptionsId""",
        "Subnets": """AvailabilityZoneId EnableLniAtDeviceIndex MapCustomerOwnedIpOnLaunch
            CustomerOwnedIpv4Pool OwnerId AssignIpv6AddressOnCreation Ipv6CidrBlockAssociationSet
            Tags SubnetArn OutpostArn EnableDns64 Ipv6Native PrivateDnsNameOptionsOnLaunch
            BlockPublicAccessStates Type SubnetId State VpcId CidrBlock AvailableIpAddressCount
            AvailabilityZone DefaultForAz MapPublicIpOnLaunch""",
        "RouteTables": "Associations PropagatingVgws RouteTableId Routes Tags VpcId OwnerId",
        "SecurityGroups": """GroupId IpPermissionsEgress Tags VpcId SecurityGroupArn OwnerId
            GroupName Description IpPermissions""",
        "NetworkAcls": "Associations Entries IsDefault NetworkAclId Tags VpcId OwnerId",
        "InternetGateways": "Attachments InternetGatewayId OwnerId Tags",
        "NatGateways": """CreateTime DeleteTime FailureCode FailureMessage NatGatewayAddresses
            NatGatewayId ProvisionedBandwidth State SubnetId VpcId Tags ConnectivityType
            AvailabilityMode AutoScalingIps AutoProvisionZones AttachedAppliances RouteTableId""",
        "Reservations": "ReservationId OwnerId RequesterId Groups Instances",
        "Instances": """Architecture BlockDeviceMappings ClientToken EbsOptimized EnaSupport
            Hypervisor IamInstanceProfile InstanceLifecycle ElasticGpuAssociations
            ElasticInferenceAcceleratorAssociations NetworkInterfaces OutpostArn RootDeviceName
            RootDeviceType SecurityGroups SourceDestCheck SpotInstanceRequestId SriovNetSupport
            StateReason Tags VirtualizationType CpuOptions CapacityBlockId CapacityReservationId
            CapacityReservationSpecification HibernationOptions Licenses MetadataOptions
            EnclaveOptions BootMode PlatformDetails UsageOperation UsageOperationUpdateTime
            PrivateDnsNameOptions Ipv6Address TpmSupport MaintenanceOptions
            CurrentInstanceBootMode NetworkPerformanceOptions Operator SecondaryInterfaces
            InstanceId ImageId State PrivateDnsName PublicDnsName StateTransitionReason KeyName
            AmiLaunchIndex ProductCodes InstanceType LaunchTime Placement KernelId RamdiskId
            Platform Monitoring SubnetId VpcId PrivateIpAddress PublicIpAddress""",
        "NetworkInterfaces": """Association Attachment AvailabilityZone
            ConnectionTrackingConfiguration Description Groups InterfaceType Ipv6Addresses
            MacAddress NetworkInterfaceId OutpostArn OwnerId PrivateDnsName PublicDnsName
            PublicIpDnsNameOptions PrivateIpAddress PrivateIpAddresses Ipv4Prefixes Ipv6Prefixes
            RequesterId RequesterManaged SourceDestCheck Status SubnetId TagSet VpcId
            DenyAllIgwTraffic Ipv6Native Ipv6Address Operator AssociatedSubnets AvailabilityZoneId""",
        "Addresses": """AllocationId AssociationId Domain NetworkInterfaceId
            NetworkInterfaceOwnerId PrivateIpAddress Tags PublicIpv4Pool NetworkBorderGroup
            CustomerOwnedIp CustomerOwnedIpv4Pool CarrierIp SubnetId ServiceManaged InstanceId
            PublicIp""",
        "VpcPeeringConnections": """AccepterVpcInfo ExpirationTime RequesterVpcInfo Status Tags
            VpcPeeringConnectionId MultipathResilienceStatus""",
        "VpcEndpoints": """VpcEndpointId VpcEndpointType VpcId ServiceName State PolicyDocument
            RouteTableIds SubnetIds Groups IpAddressType DnsOptions PrivateDnsEnabled
            RequesterManaged NetworkInterfaceIds DnsEntries CreationTimestamp Tags OwnerId
            LastError Ipv4Prefixes Ipv6Prefixes FailureReason ServiceNetworkArn
            ResourceConfigurationArn ServiceRegion PayerResponsibilities""",
        "PrefixLists": """PrefixListId AddressFamily State StateMessage PrefixListArn
            PrefixListName MaxEntries Version Tags OwnerId IpamPrefixListResolverTargetId
            IpamPrefixListResolverSyncEnabled Cidrs""",
        "LoadBalancers": """LoadBalancerArn DNSName CanonicalHostedZoneId CreatedTime
            LoadBalancerName Scheme VpcId State Type AvailabilityZones SecurityGroups
            IpAddressType CustomerOwnedIpv4Pool
            EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic EnablePrefixForIpv6SourceNat
            IpamPools""",
        "TargetGroups": """TargetGroupArn TargetGroupName Protocol Port VpcId HealthCheckProtocol
            HealthCheckPort HealthCheckEnabled HealthCheckIntervalSeconds
            HealthCheckTimeoutSeconds HealthyThresholdCount UnhealthyThresholdCount
            HealthCheckPath Matcher LoadBalancerArns TargetType ProtocolVersion IpAddressType
            TargetControlPort""",
        "Listeners": """ListenerArn LoadBalancerArn Port Protocol Certificates SslPolicy
            DefaultActions AlpnPolicy MutualAuthentication""",
        "Rules": "RuleArn Priority Conditions Actions IsDefault Transforms",
        "LoadBalancerDescriptions": """LoadBalancerName DNSName CanonicalHostedZoneName
            CanonicalHostedZoneNameID ListenerDescriptions Policies BackendServerDescriptions
            AvailabilityZones Subnets VPCId Instances HealthCheck SourceSecurityGroup
            SecurityGroups CreatedTime Scheme""",
        "VpcBlockPublicAccessOptions": """AwsAccountId AwsRegion State InternetGatewayBlockMode Reason
            LastUpdateTimestamp ManagedBy ExclusionsAllowed""",
        "VpcBlockPublicAccessExclusions": """ExclusionId InternetGatewayExclusionMode ResourceArn State
            Reason CreationTimestamp LastUpdateTimestamp DeletionTimestamp Tags""",
        "TransitGatewayRouteTables": """TransitGatewayRouteTableId TransitGatewayId State
            DefaultAssociationRouteTable DefaultPropagationRouteTable CreationTime Tags""",
        "TransitGatewayVpcAttachments": """TransitGatewayAttachmentId TransitGatewayId VpcId VpcOwnerId
            State SubnetIds CreationTime Options Tags""",
        "TransitGatewayAttachments": """TransitGatewayAttachmentId TransitGatewayId
            TransitGatewayOwnerId ResourceOwnerId ResourceType ResourceId State Association
            NatGatewaySupport
            CreationTime Tags""",
        "Routes": """DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId
            EgressOnlyInternetGatewayId GatewayId InstanceId InstanceOwnerId NatGatewayId
            TransitGatewayId LocalGatewayId CarrierGatewayId NetworkInterfaceId Origin State
            VpcPeeringConnectionId CoreNetworkArn OdbNetworkArn IpAddress""",
        "IpPermissions": "IpProtocol FromPort ToPort UserIdGroupPairs IpRanges Ipv6Ranges PrefixListIds",
        "ACL entries": "CidrBlock Egress IcmpTypeCode Ipv6CidrBlock PortRange Protocol RuleAction RuleNumber",
    }.items()
}

# Fields that say nothing about packets, in a row or inside it. Two rows of one id that differ in
# these alone, as at two moments or from two accounts, are one row.
_SILENT = """AddressFamily AllocationId AmiLaunchIndex Architecture AssociatedSubnets AssociationId
    AttachTime AttachmentId AvailableIpAddressCount BlockDeviceMappings BootMode
    CanonicalHostedZoneId CanonicalHostedZoneName CanonicalHostedZoneNameID CapacityBlockId
    CapacityReservationId CapacityReservationSpecification Certificates ClientToken CpuOptions
    CreateTime CreatedTime CreationTimestamp CurrentInstanceBootMode DefaultForAz
    DeleteOnTermination DeleteTime DhcpOptionsId EbsOptimized ElasticGpuAssociations
    ElasticInferenceAcceleratorAssociations EnaQueueCount EnaSrdSpecification EnaSupport
    EnclaveOptions ExpirationTime GroupName HealthCheck HealthCheckIntervalSeconds
    HealthCheckTimeoutSeconds HealthyThresholdCount HibernationOptions HostedZoneId Hypervisor
    IamInstanceProfile ImageId InstanceLifecycle InstanceOwnerId InstanceTenancy InstanceType
    IpOwnerId IpamPools KernelId KeyName LastError LaunchTime Licenses MacAddress
    MaintenanceOptions MapCustomerOwnedIpOnLaunch MapPublicIpOnLaunch MaxEntries Message
    MetadataOptions Monitoring NetworkAclAssociationId NetworkBorderGroup NetworkCardIndex
    NetworkInterfaceOwnerId NetworkPerformanceOptions Operator OutpostArn OwnerId
    PayerResponsibilities Placement Platform PlatformDetails PrefixListArn PrefixListName
    PrivateDnsName PrivateDnsNameOptions PrivateDnsNameOptionsOnLaunch ProductCodes
    PublicDnsName PublicIpDnsNameOptions PublicIpv4Pool RamdiskId RequesterId ReservationId
    RootDeviceName RootDeviceType RouteTableAssociationId SecurityGroupArn
    SourceSecurityGroup SpotInstanceRequestId SriovNetSupport SslPolicy StateMessage
    StateReason StateTransitionReason StatusMessage SubnetArn TagSet Tags TpmSupport
    UnhealthyThresholdCount UsageOperation UsageOperationUpdateTime UserId Version
    VirtualizationType"""
SILENT = frozenset(_SILENT.split())

# What is read of each kind of answer: what of it is modelled; what it may hold that leaves an
# answer open where packets meet it; and what an answer is without it. REFERENCE prints it.
OPEN, STANDS, NO_END, REFUSED = "unknown", "stands", "no such end", "refused"
OFF = "as if it were off"
USED = {
    "Vpcs": ("IPv4 blocks; Block Public Access", "encryption that is enforced", REFUSED),
    "Subnets": ("IPv4 block, zone, Block Public Access", "-", OPEN),
    "RouteTables": (
        "routes of subnets, by longest prefix; propagated ones; blackholes",
        "a gateway's own table; what a transit gateway, a VPN or an appliance does",
        OPEN,
    ),
    "SecurityGroups": (
        "IPv4 rules, groups and prefix lists as peers; tracking of flows",
        "-",
        OPEN,
    ),
    "NetworkAcls": ("IPv4 entries in their order", "-", OPEN),
    "InternetGateways": ("which VPC one is attached to", "-", OPEN),
    "NatGateways": (
        "public and private, zonal and regional ones; up to eight addresses; states",
        "a state in between; an attached appliance",
        OPEN,
    ),
    "Instances": ("running or stopped; interfaces", "a state in between", OPEN),
    "NetworkInterfaces": (
        "addresses, prefixes, groups, source check, timeouts of tracking",
        "one of a service whose far side no file describes",
        OPEN,
    ),
    "Addresses": ("addresses that no interface has", "packets to these", STANDS),
    "VpcPeeringConnections": ("active or not; the two VPCs", "a VPC that no file describes", OPEN),
    "VpcEndpoints": (
        "gateway endpoints by prefix list; interface endpoints; states",
        "Gateway Load Balancer, resource and service network endpoints",
        OPEN,
    ),
    "PrefixLists": ("names", "-", STANDS),
    "Entries": ("the blocks of a prefix list", "-", OPEN),
    "LoadBalancers": (
        "Application and Network Load Balancers: nodes, zones, scheme",
        "Gateway Load Balancers; states",
        NO_END,
    ),
    "Listeners": (
        "HTTP, HTTPS, TCP; TLS as TCP; default actions",
        "UDP, QUIC; actions that sign users in; clients that are verified",
        OPEN,
    ),
    "Rules": (
        "host and path; forward, redirect, fixed response; weights",
        "other conditions; rewritten requests; actions that sign users in",
        OPEN,
    ),
    "TargetGroups": ("targets of type instance, ip and alb", "targets of type lambda", OPEN),
    "TargetHealthDescriptions": ("which targets get requests, and why others do not", "-", OPEN),
    "Attributes": (
        "cross-zone balancing, client addresses, PROXY protocol, idle timeouts, X-Forwarded-For",
        "-",
        OPEN,
    ),
    "LoadBalancerDescriptions": ("Classic Load Balancers: TCP, SSL, HTTP, HTTPS", "-", NO_END),
    "LoadBalancerAttributes": ("of these: cross-zone balancing, idle timeout", "-", OPEN),
    "PolicyDescriptions": ("of these: the PROXY protocol", "other policies", OPEN),
    "VpcBlockPublicAccessOptions": (
        "both modes, for VPCs and subnets that do not show theirs",
        "other modes",
        OFF,
    ),
    "VpcBlockPublicAccessExclusions": (
        "of VPCs and subnets, in both directions",
        "of outbound traffic alone; states in between",
        OPEN,
    ),
    "TransitGatewayRouteTables": ("which table an attachment has", "-", OPEN),
    "TransitGatewayVpcAttachments": ("attached VPCs and subnets", "-", OPEN),
    "TransitGatewayAttachments": ("associations with route tables", "VPNs, peerings", OPEN),
    "Routes": ("where a transit gateway leads: what is lost then", "what gets through", OPEN),
}
