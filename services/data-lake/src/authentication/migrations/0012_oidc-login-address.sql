-- Logins that wait are counted by the address of the client.
create index oidc_login_address on lake.oidc_login (client_address);
