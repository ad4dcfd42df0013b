#!/bin/sh
# Writes down what describes your VPCs, with calls of the AWS CLI that only read.
#
#   sh collect.sh [FOLDER [REGION ...]]
#
# FOLDER (default: my-network) gets a folder for each account and region. Without a REGION: the one
# that the AWS CLI uses. A call that is refused is named, and the others go on; the answers then say
# what is missing. Run it once for each account, with the same FOLDER.
# The rights it needs: python3 -m vpcedu collect --policy. The files show how your network is built,
# so keep them safe.
set -u
folder=${1:-my-network}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- "${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region)}}"
account=$(aws sts get-caller-identity --query Account --output text) || exit 1
refused=0

# call WORDS: the answer of a call in this region
call() {
  aws --region "$region" "$@" --output json || {
    refused=$((refused + 1))
    echo "collect: refused in $region: aws $*" >&2
    return 1
  }
}

# about SUBJECT WORDS: the answer about one thing, with its name, which the answer does not tell
about() {
  subject=$1
  shift
  if answer=$(call "$@" "$subject"); then
    printf '{"For": "%s", "Output": %s}\n' "$subject" "$answer"
  else
    refused=$((refused + 1))
  fi
}

# ids WORDS: the ids that a call tells
ids() {
  aws --region "$region" "$@" --output text | tr '\t' '\n' | grep -v '^None$'
}

for region in "$@"; do
  to=$folder/$account/$region
  mkdir -p "$to" || exit 1
  for what in vpcs subnets route-tables security-groups network-acls internet-gateways nat-gateways \
      instances network-interfaces addresses vpc-peering-connections vpc-endpoints \
      managed-prefix-lists vpc-block-public-access-options vpc-block-public-access-exclusions \
      transit-gateway-vpc-attachments transit-gateway-attachments transit-gateway-route-tables; do
    call ec2 "describe-$what" > "$to/$what.json"
  done
  call elbv2 describe-load-balancers > "$to/load-balancers.json"
  call elbv2 describe-target-groups > "$to/target-groups.json"
  call elb describe-load-balancers > "$to/classic.json"
  for name in entries targets listeners classic-attributes transit-gateway-routes; do
    echo '[]' > "$to/$name.json" # so that a file without an answer is not an empty one
  done
  for list in $(ids ec2 describe-managed-prefix-lists --query 'PrefixLists[].PrefixListId'); do
    about "$list" ec2 get-managed-prefix-list-entries --prefix-list-id
  done >> "$to/entries.json"
  for table in $(ids ec2 describe-transit-gateway-route-tables \
      --query 'TransitGatewayRouteTables[].TransitGatewayRouteTableId'); do
    about "$table" ec2 search-transit-gateway-routes \
      --filters Name=state,Values=active,blackhole --transit-gateway-route-table-id
  done >> "$to/transit-gateway-routes.json"
  for group in $(ids elbv2 describe-target-groups --query 'TargetGroups[].TargetGroupArn'); do
    about "$group" elbv2 describe-target-health --target-group-arn
    about "$group" elbv2 describe-target-group-attributes --target-group-arn
  done >> "$to/targets.json"
  for balancer in $(ids elbv2 describe-load-balancers --query 'LoadBalancers[].LoadBalancerArn'); do
    about "$balancer" elbv2 describe-load-balancer-attributes --load-balancer-arn
    call elbv2 describe-listeners --load-balancer-arn "$balancer"
    for listener in $(ids elbv2 describe-listeners --load-balancer-arn "$balancer" \
        --query 'Listeners[].ListenerArn'); do
      about "$listener" elbv2 describe-listener-attributes --listener-arn
      call elbv2 describe-rules --listener-arn "$listener"
    done
  done >> "$to/listeners.json"
  for name in $(ids elb describe-load-balancers \
      --query 'LoadBalancerDescriptions[].LoadBalancerName'); do
    about "$name" elb describe-load-balancer-attributes --load-balancer-name
    about "$name" elb describe-load-balancer-policies --load-balancer-name
  done >> "$to/classic-attributes.json"
done
echo "collect: the files are in $folder; calls that were refused: $refused" >&2
[ "$refused" -eq 0 ]
