// Verifies Palier-Assertion in ASP.NET Core 8 with Microsoft.AspNetCore.Authentication.JwtBearer. Not run by our tests.
//
//   builder.Services.AddPalier("https://portail.example", "https://portail.example");
//   app.UseAuthentication(); app.UseAuthorization();      // then [Authorize] as ever; User.FindFirst("sub")
using System;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using System.Threading;

public static class PalierAssertion
{
    public static IServiceCollection AddPalier(this IServiceCollection services, string issuer, string audience)
    {
        services.AddAuthentication("Palier").AddJwtBearer("Palier", options =>
        {
            options.MapInboundClaims = false;
            options.TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = issuer,
                ValidAudience = audience,
                // The algorithm is ours to choose: nothing the token says about it is believed.
                ValidAlgorithms = new[] { SecurityAlgorithms.EcdsaSha256 },
                ValidTypes = new[] { "palier-assertion+jwt" },
                RequireExpirationTime = true,
                RequireSignedTokens = true,
                ClockSkew = TimeSpan.FromSeconds(5),
                NameClaimType = "sub",
            };
            // Fetched anew every five minutes, and for an unknown key at most once in ten seconds.
            options.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                issuer + "/.palier/jwks.json", new KeySet(issuer), new HttpDocumentRetriever { RequireHttps = true })
            {
                AutomaticRefreshInterval = TimeSpan.FromMinutes(5),
                RefreshInterval = TimeSpan.FromSeconds(10),
            };
            options.Events = new JwtBearerEvents
            {
                OnMessageReceived = context =>
                {
                    var all = context.Request.Headers["Palier-Assertion"];
                    // Twice the header is none; and no other header is a token here.
                    if (all.Count == 1 && !string.IsNullOrEmpty(all[0])) context.Token = all[0];
                    else context.NoResult();
                    return Task.CompletedTask;
                },
            };
        });
        return services;
    }

    private sealed class KeySet : IConfigurationRetriever<OpenIdConnectConfiguration>
    {
        private readonly string issuer;

        public KeySet(string issuer) => this.issuer = issuer;

        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(
            string address, IDocumentRetriever retriever, CancellationToken cancel)
        {
            var found = new OpenIdConnectConfiguration { Issuer = issuer };
            var set = new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel));
            foreach (var key in set.GetSigningKeys()) found.SigningKeys.Add(key);
            return found;
        }
    }
}
